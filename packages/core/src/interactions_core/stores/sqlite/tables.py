"""The tables of a SQLite file: which parts a program knows, and which are yet to come.

When they are made is decided by `database`, which holds the connection and the lock.
"""

import contextlib
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import TypeVar

from interactions_core.stores.sql.database import SqlConnection
from interactions_core.stores.sql.schema.contracts import (
    OWN,
    VERSIONS,
    ContractCheck,
    Part,
    Parts,
    check_contracts,
    keep_contract,
    read_contracts,
)
from interactions_core.stores.sql.schema.foreign import check_file, check_part
from interactions_core.stores.sql.schema.refusing import refuse_to_migrate
from interactions_core.stores.sql.schema.rewriting import (
    Tell,
    begin_to_rewrite,
    rewrite_rows,
    silent,
)
from interactions_core.stores.sql.schema.state import behind_parts
from interactions_core.stores.sqlite.connection import SqliteConnection, transaction
from interactions_core.stores.sqlite.files import version_of

T = TypeVar("T")


class FileTables:
    """What is to be in a file, brought about with a connection that somebody lends.

    Parts may be added by any thread; they are replaced as a whole. All that takes a
    connection is for whoever holds the lock of it.

    Args:
        path: The file, for errors.
        auto_migrate: Whether tables are made and upgraded, or refused as they are.

    Attributes:
        parts: What this process knows.
        auto_migrate: Whether tables are made and upgraded, or refused as they are.
    """

    def __init__(self, path: str, *, auto_migrate: bool) -> None:
        self.parts: Parts = {OWN.name: OWN}
        self.auto_migrate = auto_migrate
        self._path = path
        self._due: set[str] = set()
        self._contracts = ContractCheck(path)
        self._tell: Tell = silent

    def know(self, parts: Sequence[Part]) -> None:
        """Know of several parts."""
        self.parts = {**self.parts, **{part.name: part for part in parts}}

    def know_due(self, parts: Sequence[Part]) -> None:
        """Do so, and have them brought up to date with the next use."""
        self.know(parts)
        self._due.update(part.name for part in parts)

    def check_file(self, found: Mapping[str, int]) -> None:
        """Look at the file before anything is made beside it.

        Args:
            found: The versions of parts that are known to be there.

        Raises:
            StoreError: It is another program's.
        """
        new = [part for name, part in self.parts.items() if not found.get(name)]
        check_file(self._path, [part.migrations for part in new])

    def check_names(self, connection: SqlConnection, parts: Sequence[Part]) -> None:
        """Look whether parts may be made beside what is there.

        Raises:
            StoreError: Another program has tables of their names.
        """
        for part in parts:
            if not version_of(connection, part.name):
                check_part(self._path, connection, part.migrations)

    def bring_up_all(self, connection: SqliteConnection) -> None:
        """Make or upgrade all parts of a file that was opened just now.

        Raises:
            StoreSchemaError: A newer version has changed the tables too far.
            StoreError: It lacks something, and may not be upgraded; or another program
                has tables of the same names.
        """
        self._due.update([*self.parts])
        self.bring_up_due(connection)

    def bring_up_due(self, connection: SqliteConnection) -> None:
        """Make or upgrade what was added; within a transaction that is left for later."""
        if self._due and not connection.in_transaction:
            # In their order: indexes come after the tables that they are on.
            for part in [part for part in self.parts if part in self._due]:
                self.bring_up(connection, self.parts[part])
                self._due.discard(part)

    def bring_up(self, connection: SqliteConnection, part: Part) -> None:
        """Make or upgrade a part, and change as many rows as one may wait for."""
        if self._is_current(connection, part):
            return
        if not self.auto_migrate:
            self._check_usable(connection, part)
            return

        def run(work: Callable[[SqlConnection], T]) -> T:
            with transaction(connection):
                return work(connection)

        run(lambda db: self._change_tables(db, part))
        while version_of(connection, part.name) < part.usable:
            rewrite_rows(run, part, tell=self._tell)
            run(lambda db: self._change_tables(db, part))
        begin_to_rewrite(run, part, self._tell)

    @contextlib.contextmanager
    def migrating(self, tell: Tell) -> Generator[None]:
        """Upgrade from here on, and tell of the rows that the block changes."""
        self.auto_migrate, self._tell = True, tell
        try:
            yield
        finally:
            self._tell = silent

    def check_contracts(self, connection: SqliteConnection) -> None:
        """Look whether another process has changed tables since they were looked at.

        Raises:
            StoreSchemaError: A newer version has changed them too far meanwhile.
        """
        seen = frozenset(connection.execute(VERSIONS).fetchall())
        self._contracts.check(self.parts, seen, lambda: read_contracts(connection))

    def _change_tables(self, connection: SqlConnection, part: Part) -> None:
        """Run what can be run at once."""
        # Another process may have been here since this one looked.
        if self._is_current(connection, part):
            return
        found = version_of(connection, part.name)
        if not found:
            check_part(self._path, connection, part.migrations)
        for statement in part.statements_from(found):
            connection.execute(statement)
        reached = part.reached_from(found)
        connection.execute(
            "INSERT OR REPLACE INTO schema_versions (part, version) VALUES ($1, $2)",
            (part.name, reached),
        )
        keep_contract(connection, part, reached)

    def _check_usable(self, connection: SqlConnection, part: Part) -> None:
        found = {part.name: version_of(connection, part.name)}
        behind = behind_parts({part.name: part}, found)
        if behind:
            url = f"sqlite:///{self._path}"
            raise refuse_to_migrate(self._path, url, behind, found)

    def _is_current(self, connection: SqlConnection, part: Part) -> bool:
        """Tell whether there is nothing to make or upgrade."""
        found = version_of(connection, part.name)
        if found > part.version:
            needs = read_contracts(connection)
            check_contracts(self._path, [part], {part.name: found}, needs)
        return found >= part.version

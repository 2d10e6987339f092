"""One SQLite file shared by the session store and whatever else keeps rows in it.

Owns the connection, the locking, and the schema versions. It knows nothing of
what the tables mean.
"""

import contextlib
import logging
import sqlite3
import time
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Final, TypeVar

from interactions_core.exceptions import StoreError
from interactions_core.logs import log_fields
from interactions_core.process.counters import note_lock_wait
from interactions_core.process.forking import (
    TRANSACTION,
    WRITE_AGAIN,
    Lock,
    Origin,
    leave_to_parent,
    put_away,
)
from interactions_core.stores.sql.contracts import (
    OWN,
    VERSIONS,
    ContractCheck,
    Part,
    Parts,
    check_contracts,
    describe_part,
    keep_contract,
    read_contracts,
)
from interactions_core.stores.sql.database import (
    Migration,
    SqlConnection,
    check_text,
)
from interactions_core.stores.sql.foreign import check_file, check_part
from interactions_core.stores.sql.upgrading import (
    COMMAND,
    OPENING_BATCHES,
    SchemaState,
    Tell,
    behind_parts,
    read_state,
    refuse_to_make,
    refuse_to_migrate,
    rewrite_rows,
    silent,
    unfinished_parts,
)
from interactions_core.stores.sqlite.connection import SqliteConnection
from interactions_core.stores.sqlite.files import (
    BUSY_TIMEOUT_S,
    MEMORY,
    Identity,
    connect,
    connect_to_look,
    identity_of,
    to_store_error,
    version_of,
)
from interactions_core.stores.workers import is_loop_thread

logger: Final = logging.getLogger("interactions_core")

T = TypeVar("T")

ERASE_TIMEOUT_S: Final = 1.0
"""How long erasing waits for readers of the write-ahead log."""


class SqliteDatabase:
    """A SQLite file in WAL mode behind one connection and one lock.

    Safe for any number of threads: statements of one process take turns, as they
    would inside SQLite. Several processes may open the same file; a writer waits
    up to `BUSY_TIMEOUT_S` for another. The owner closes it; closing twice is fine.
    It is closed for a fork; afterwards parent and child open it for themselves.

    Args:
        path: A file, created with its first use; `":memory:"` for none.
        auto_migrate: Whether that, and upgrades, are done without being asked for; if
            not, a file that lacks something is refused with its first use.

    Attributes:
        erasers: Rewrite what still holds what was deleted, before the log is emptied;
            not within a transaction.
    """

    read_only = False

    def __init__(self, path: str | Path, *, auto_migrate: bool = True) -> None:
        self.path = str(path)
        self.auto_migrate = auto_migrate or self.path == MEMORY
        self.erasers: list[Callable[[SqliteDatabase], object]] = []
        self._lock = Lock()
        self._connection: SqliteConnection | None = None
        self._identity: Identity = None
        self._parts: Parts = {OWN.name: OWN}
        self._due: set[str] = set()
        self._contracts = ContractCheck(self.path)
        self._tell: Tell = silent
        put_away(self)

    def __repr__(self) -> str:
        return f"Database({getattr(self, 'path', '…')!r})"

    def __del__(self) -> None:
        # Python 3.13 warns of connections that are dropped while open.
        connection = getattr(self, "_connection", None)
        if connection is not None:
            connection.close()

    def install(
        self, part: str, migrations: Sequence[Migration], *, needs: int | None = None
    ) -> None:
        """Bring the tables of `part` to the newest schema version, in order.

        On an event loop that is left to the first use, which is in another thread.

        Args:
            part: Whose tables these are; versions are counted per part.
            migrations: The index of an entry is the version that it starts from.
            needs: The oldest version that a program may know to go on beside this one,
                once they have run; all of them, if nothing is said.

        Raises:
            StoreSchemaError: A newer version has changed the tables too far.
            StoreError: The file is not a database, cannot be opened, or has tables of
                another program; then nothing is added.
        """
        self._install([describe_part(part, migrations, needs)])

    def install_all(self, parts: Mapping[str, Sequence[Migration]]) -> None:
        """Do so with several parts; a file in which one may not be is left alone."""
        self._install([describe_part(part, parts[part], None) for part in parts])

    def _install(self, parts: Sequence[Part]) -> None:
        added = {part.name: part for part in parts}
        if is_loop_thread() or not self.auto_migrate:
            # Without the lock, which a thread may hold for as long as it writes.
            self._parts = {**self._parts, **added}
            self._due.update(added)
            return
        with self._lock:
            self._parts = {**self._parts, **added}
            if self._connection is None:
                # All of them are looked at before anything is made.
                self._open()
                return
            with self._explained():
                for part in parts:
                    if not version_of(self._connection, part.name):
                        check_part(self.path, self._connection, part.migrations)
                for part in parts:
                    self._migrate(self._connection, part)

    @property
    def place(self) -> str:
        """The file."""
        return self.path

    @property
    def parts(self) -> Parts:
        """What this process knows."""
        return self._parts

    def setup(self) -> None:
        """Open the file and bring all tables to their newest schema version."""
        with self.reading():
            pass

    def check_is_ours(self) -> None:
        """Look whether all parts may be made there; nothing is made or changed.

        Raises:
            StoreError: Another program has tables of their names.
        """
        if self.path == MEMORY:
            return
        found = self.state().versions
        new = [part for part in self._parts.values() if not found.get(part.name)]
        check_file(self.path, [part.migrations for part in new])
        if found:
            with self._explained(), closing(connect_to_look(self.path)) as connection:
                for part in new:
                    check_part(self.path, connection, part.migrations)

    def state(self) -> SchemaState:
        """Read what is there of each part; nothing is made, changed or refused."""
        if not Path(self.path).exists():
            return SchemaState()
        with self._explained(), closing(connect_to_look(self.path)) as connection:
            return read_state(connection, self._parts)

    def migrate(self, tell: Tell = silent) -> None:
        """Bring everything up to date, with all rows, whatever `auto_migrate` says.

        Args:
            tell: Is told after each batch of rows.
        """
        self.auto_migrate, self._tell = True, tell
        try:
            self.setup()
            found = self.state().versions
            for part in unfinished_parts(self._parts, found).values():
                rewrite_rows(self._in_transaction, part, tell=tell)
        finally:
            self._tell = silent

    @contextlib.contextmanager
    def reading(self) -> Generator[SqliteConnection]:
        """Hold the connection for reads that need not be one snapshot.

        Fetch everything before leaving: a cursor that outlives the block would
        let another thread step on it.

        Raises:
            StoreSchemaError: A newer version has changed the tables too far meanwhile.
        """
        with self._lock, self._explained():
            connection = self._open()
            if not connection.in_transaction:
                self._check_contracts(connection)
            yield connection

    def surveying(self) -> AbstractContextManager[SqliteConnection]:
        """Do as `reading`: a file's planner is told nothing."""
        return self.reading()

    @contextlib.contextmanager
    def writing(
        self, *_names: str, shared: Collection[str] = ()
    ) -> Generator[SqliteConnection]:
        """Hold the write lock; all that the block does is kept, or none of it.

        A file has one lock, whatever the names of what is written.

        Raises:
            StoreSchemaError: A newer version has changed the tables too far meanwhile.
        """
        del shared
        with self._lock, self._explained():
            connection = self._open()
            if connection.in_transaction:
                yield connection
                return
            with _transaction(connection):
                # With the lock: while it is held nobody changes a table.
                self._check_contracts(connection)
                yield connection

    def close(self) -> None:
        """Close the connection; the next use opens the file again."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    def erase_log(self) -> None:
        """Empty indexes and the write-ahead log, which may still hold what was deleted.

        A reader in another process can keep it in use; then a later checkpoint
        empties it instead.
        """
        with self.reading() as connection:
            if connection.in_transaction:
                return
        for erase in self.erasers:
            erase(self)
        with self.reading() as connection:
            connection.execute(f"PRAGMA busy_timeout = {ERASE_TIMEOUT_S * 1000:.0f}")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000:.0f}")

    def before_fork(self) -> None:
        """Let no statement and no lock of SQLite be copied into a child.

        SQLite counts locks per process, so that a child would take the parent's for
        its own and lose what it writes when the parent closes the file:
        https://www.sqlite.org/howtocorrupt.html#_carrying_an_open_database_connection_across_a_fork_
        """
        connection = self._connection
        if connection is None or self.path == MEMORY:
            return
        # Another thread that forks may have closed it just now.
        with contextlib.suppress(sqlite3.ProgrammingError):
            if not connection.in_transaction:
                self.close()

    def enter_child(self) -> None:
        """Leave a transaction that forks to the parent, with its connection."""
        if self.path != MEMORY and self._connection is not None:
            leave_to_parent(self._connection)
            self._connection = None

    def _open(self) -> SqliteConnection:
        if self._connection is not None:
            self._check_identity(self._connection)
            self._migrate_due(self._connection)
            return self._connection
        with self._explained():
            if not self.auto_migrate and not Path(self.path).exists():
                raise refuse_to_make(self.path, f"sqlite:///{self.path}")
            if self.path != MEMORY:
                made = [part.migrations for part in self._parts.values()]
                check_file(self.path, made)
            connection = self._connect()
            try:
                self._due.update([*self._parts])
                self._migrate_due(connection)
            except BaseException:
                connection.close()
                raise
        self._connection, self._identity = connection, identity_of(self.path)
        return connection

    def _connect(self) -> SqliteConnection:
        return connect(self.path)

    def _check_identity(self, connection: SqliteConnection) -> None:
        """Refuse to write into a file that nobody can find any more."""
        if connection.in_transaction or identity_of(self.path) == self._identity:
            return
        self.close()
        raise StoreError(
            self.path,
            "the file was removed or replaced while it was open",
            "The next use opens what is there then, or a new file.",
            retryable=True,
        )

    def _migrate_due(self, connection: SqliteConnection) -> None:
        if self._due and not connection.in_transaction:
            # In their order: indexes come after the tables that they are on.
            for part in [part for part in self._parts if part in self._due]:
                self._migrate(connection, self._parts[part])
                self._due.discard(part)

    def _migrate(self, connection: SqliteConnection, part: Part) -> None:
        if self._is_known(connection, part):
            return
        found = version_of(connection, part.name)
        if not self.auto_migrate:
            behind = behind_parts({part.name: part}, {part.name: found})
            if behind:
                raise self._refusal(behind, {part.name: found})
            return

        def run(work: Callable[[SqlConnection], T]) -> T:
            with _transaction(connection):
                return work(connection)

        run(lambda db: self._change_tables(db, part))
        while version_of(connection, part.name) < part.usable:
            rewrite_rows(run, part, tell=self._tell)
            run(lambda db: self._change_tables(db, part))
        if not rewrite_rows(run, part, most=OPENING_BATCHES, tell=self._tell):
            logger.info(
                "rows of %r are yet to be changed; `%s` does it",
                part.name,
                COMMAND,
                extra=log_fields("rows_unchanged"),
            )

    def _change_tables(self, connection: SqlConnection, part: Part) -> None:
        """Run what can be run at once."""
        # Another process may have been here since this one looked.
        if self._is_known(connection, part):
            return
        found = version_of(connection, part.name)
        if not found:
            check_part(self.path, connection, part.migrations)
        for statement in part.statements_from(found):
            connection.execute(statement)
        reached = part.reached_from(found)
        connection.execute(
            "INSERT OR REPLACE INTO schema_versions (part, version) VALUES ($1, $2)",
            (part.name, reached),
        )
        keep_contract(connection, part, reached)

    def _in_transaction(self, work: Callable[[SqlConnection], T], /) -> T:
        with self.writing() as connection:
            return work(connection)

    def _refusal(self, behind: Parts, found: Mapping[str, int]) -> StoreError:
        url = f"sqlite:///{self.path}"
        return refuse_to_migrate(self.path, url, behind, found)

    def _is_known(self, connection: SqlConnection, part: Part) -> bool:
        """Tell whether there is nothing to migrate."""
        found = version_of(connection, part.name)
        if found > part.version:
            needs = read_contracts(connection)
            check_contracts(self.path, [part], {part.name: found}, needs)
        return found >= part.version

    def _check_contracts(self, connection: SqliteConnection) -> None:
        seen = frozenset(connection.execute(VERSIONS).fetchall())
        self._contracts.check(self._parts, seen, lambda: read_contracts(connection))

    @contextlib.contextmanager
    def _explained(self) -> Generator[None]:
        try:
            yield
        except sqlite3.DatabaseError as exc:
            raise to_store_error(self.path, exc) from exc
        except UnicodeEncodeError as exc:
            check_text(self.path, exc)
            raise


@contextlib.contextmanager
def _transaction(connection: SqliteConnection) -> Generator[None]:
    origin = Origin()
    try:
        began = time.monotonic()
        connection.execute("BEGIN IMMEDIATE")
        note_lock_wait(time.monotonic() - began)
        yield
        origin.check(TRANSACTION, WRITE_AGAIN)
        connection.execute("COMMIT")
    finally:
        # Also after a COMMIT that failed; some errors have rolled back by themselves.
        if origin.is_here and connection.in_transaction:
            connection.execute("ROLLBACK")

"""A PostgreSQL database shared by the session store and whatever else keeps rows in it.

Decides when tables are made, and who may read and write. It knows nothing of what the
tables mean.
"""

import contextlib
from collections.abc import Collection, Generator, Mapping, Sequence

from interactions_core.process.forking import Lock
from interactions_core.records.jobs.measures import PoolUse
from interactions_core.stores.postgres.beginning import LOOK_UPS, SURVEYS
from interactions_core.stores.postgres.connection import Locks, PostgresConnection
from interactions_core.stores.postgres.pools import Connections, Pool
from interactions_core.stores.postgres.schemas import Schema
from interactions_core.stores.postgres.transactions import Transactions
from interactions_core.stores.postgres.upgrade import Upgrade
from interactions_core.stores.postgres.urls import PostgresTarget
from interactions_core.stores.sql.database import Migration
from interactions_core.stores.sql.schema.contracts import OWN, Parts, describe_part
from interactions_core.stores.sql.schema.refusing import (
    refuse_to_migrate,
    refuse_to_write,
)
from interactions_core.stores.sql.schema.rewriting import Tell, silent
from interactions_core.stores.sql.schema.state import SchemaState, behind_parts


class PostgresDatabase:
    """A schema of a PostgreSQL database behind a pool of connections.

    Safe for any number of threads, processes and machines. Nothing is connected
    before the first use, or `setup`. Every block is one transaction and one
    connection; a block within a block of the same thread shares both.

    Args:
        place: Where it is.
        pool: A pool to use, which its owner opens and closes.

    Attributes:
        read_only: Whether nothing may be made or changed.
        auto_migrate: Whether the first use makes and upgrades tables; if not, a
            database that lacks something is refused.
    """

    def __init__(self, place: PostgresTarget, pool: Pool | None = None) -> None:
        self.place = place.shown
        self.read_only = False
        self.auto_migrate = True
        self._tell: Tell = silent
        self._schema = Schema(place.schema, place.shown)
        self._connections = Connections(
            pool or place.conninfo, place.shown, place.limits
        )
        self._parts: Parts = {OWN.name: OWN}
        self._installed: Parts | None = None
        self._transactions = Transactions(place.schema, place.shown, self._connections)
        self._upgrade = Upgrade(
            self._schema, place.shown, self._connections, self._transactions
        )
        self._lock = Lock()

    def __repr__(self) -> str:
        return f"PostgresDatabase({getattr(self, 'place', '…')!r})"

    def install(
        self, part: str, migrations: Sequence[Migration], *, needs: int | None = None
    ) -> None:
        """Bring the tables of `part` to the newest schema version with the next use.

        Args:
            part: Whose tables these are; versions are counted per part.
            migrations: The index of an entry is the version that it starts from.
            needs: The oldest version that a program may know to go on beside this one,
                once they have run; all of them, if nothing is said.
        """
        described = describe_part(part, migrations, needs)
        # Without the lock, which may be held while a server is waited for.
        if self._parts.get(part) != described:
            self._parts = {**self._parts, part: described}

    def install_all(self, parts: Mapping[str, Sequence[Migration]]) -> None:
        """Do so with several parts, which the next use makes in one transaction."""
        for part, migrations in parts.items():
            self.install(part, migrations)

    def setup(self) -> None:
        """Make or upgrade the schema and its tables, in one transaction.

        While others write it is tried again and again. Where everything is there
        already, no right to create anything is needed.

        Raises:
            StoreSchemaError: A newer version has changed the tables too far.
            StoreError: The server cannot be reached, or refuses; or there is something
                to upgrade, and `auto_migrate` is not set.
        """
        if self._installed is self._parts:
            return
        with self._lock:
            parts = self._parts
            if self._installed is parts:
                return
            with self._transactions.read() as connection:
                found = self._schema.read_versions(connection, parts)
                if self.read_only:
                    self._schema.check_readable(connection, parts, found)
            if not self.read_only:
                self._bring_up(parts, found)
            self._installed = parts

    def check_is_ours(self) -> None:
        """Look whether all parts may be made there; nothing is made or changed.

        Raises:
            StoreError: Another program has tables of their names.
        """
        with self._transactions.read() as connection:
            self._schema.check_names(connection, self._parts)

    def state(self) -> SchemaState:
        """Read what is there of each part; nothing is made, changed or refused."""
        return self._upgrade.state(self._parts)

    def migrate(self, tell: Tell = silent) -> None:
        """Bring everything up to date, with all rows, whatever `auto_migrate` says.

        Args:
            tell: Is told after each batch of rows.
        """
        with self._lock:
            self.auto_migrate, self._installed, self._tell = True, None, tell
            try:
                self.setup()
                self._upgrade.finish(self._parts, tell)
            finally:
                self._tell = silent

    @contextlib.contextmanager
    def reading(self) -> Generator[PostgresConnection]:
        """Lend a connection that reads from one state of the database.

        Raises:
            StoreSchemaError: A newer version has changed the tables too far meanwhile.
        """
        with self._reading(LOOK_UPS) as connection:
            yield connection

    @contextlib.contextmanager
    def surveying(self) -> Generator[PostgresConnection]:
        """Do as `reading`, and leave it to the planner how.

        Raises:
            StoreSchemaError: A newer version has changed the tables too far meanwhile.
        """
        with self._reading(SURVEYS) as connection:
            yield connection

    @contextlib.contextmanager
    def _reading(self, plans: Sequence[str]) -> Generator[PostgresConnection]:
        lent = self._transactions.lent()
        if lent is not None:
            yield lent
            return
        self.setup()
        with self._transactions.read(self._parts, plans=plans) as connection:
            yield connection

    @contextlib.contextmanager
    def writing(
        self, *names: str, shared: Collection[str] = ()
    ) -> Generator[PostgresConnection]:
        """Hold the locks of `names`; keep all or nothing.

        The locks are advisory ones of the transaction, so they end with it, also
        when this process dies.

        Raises:
            RuntimeError: The block around this one may not write that.
            StoreSchemaError: A newer version has changed the tables too far meanwhile.
        """
        locks = Locks(frozenset(names), frozenset(shared) - frozenset(names))
        if self.read_only:
            refuse_to_write(self.place)
        lent = self._transactions.lent()
        if lent is not None:
            if not lent.allows(locks):
                message = "a block that writes is inside one that may not write that"
                raise RuntimeError(message)
            yield lent
            return
        self.setup()
        with self._transactions.write(locks, self._parts) as connection:
            yield connection

    def pool_use(self) -> PoolUse:
        """Say what this process uses of the server."""
        return self._connections.use()

    def erase_log(self) -> None:
        """Do nothing: rows that were deleted are erased by the server's VACUUM."""

    def close(self) -> None:
        """Close a pool of our own; the next use opens another one."""
        with self._lock:
            self._installed = None
            self._connections.close()

    @property
    def parts(self) -> Parts:
        """What this process knows."""
        return self._parts

    def _bring_up(self, parts: Parts, found: Mapping[str, int]) -> None:
        if self.auto_migrate:
            self._upgrade.bring_up(parts, found, self._tell)
            return
        behind = behind_parts(parts, found)
        if behind:
            raise refuse_to_migrate(self.place, self.place, behind, found)

"""A PostgreSQL database shared by the session store and whatever else keeps rows in it.

Owns transactions and locks. It knows nothing of what the tables mean.
"""

import contextlib
import hashlib
import logging
import random
import threading
import time
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from typing import Final, TypeVar

import psycopg
from psycopg.errors import LockNotAvailable

from interactions_core.exceptions import StoreError
from interactions_core.logs import log_fields, shown_error
from interactions_core.process.forking import (
    TRANSACTION,
    WRITE_AGAIN,
    Lock,
    Origin,
    PerProcess,
    hold_forks,
)
from interactions_core.records.measures import PoolUse
from interactions_core.stores.postgres.connection import (
    Begun,
    Locks,
    PostgresConnection,
)
from interactions_core.stores.postgres.errors import (
    LOCK_TIMEOUT_S,
    to_store_error,
)
from interactions_core.stores.postgres.indexes import build_indexes
from interactions_core.stores.postgres.pools import Connections, Pool
from interactions_core.stores.postgres.schemas import Schema
from interactions_core.stores.postgres.text import quoted
from interactions_core.stores.postgres.urls import PostgresTarget
from interactions_core.stores.sql.contracts import (
    OWN,
    VERSIONS,
    ContractCheck,
    Part,
    Parts,
    describe_part,
    read_contracts,
)
from interactions_core.stores.sql.database import (
    Migration,
    SqlConnection,
    check_text,
)
from interactions_core.stores.sql.refusing import refuse_to_write
from interactions_core.stores.sql.upgrading import (
    COMMAND,
    OPENING_BATCHES,
    SchemaState,
    Tell,
    behind_parts,
    read_state,
    refuse_to_migrate,
    rewrite_rows,
    silent,
    unbuilt_parts,
    unfinished_parts,
)

logger: Final = logging.getLogger("interactions_core")

T = TypeVar("T")

_READ: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_WRITE: Final = "BEGIN ISOLATION LEVEL READ COMMITTED"

_UPGRADE_LOCK_S: Final = 0.2
"""How long an upgrade waits for a lock at a time."""

_UPGRADE_PAUSE_S: Final = (0.1, 0.5)

# All statements of a turn are look-ups by index. Without statistics, or with old ones, the
# planner would rather read whole tables.
_LOOK_UPS: Final = (
    "SET LOCAL enable_seqscan TO off",
    "SET LOCAL enable_hashjoin TO off",
    "SET LOCAL enable_mergejoin TO off",
    "SET LOCAL plan_cache_mode TO force_generic_plan",
    # What is switched off has a huge cost where nothing else is left, and a huge
    # cost has the statement compiled: 100 ms for one that takes less than 1 ms.
    "SET LOCAL jit TO off",
)

# Sums and lists read much of a table: with these the planner does as it sees fit.
_SURVEYS: Final = (
    "SET LOCAL plan_cache_mode TO force_custom_plan",
    "SET LOCAL jit TO off",
)


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
        self._contracts = ContractCheck(place.shown)
        self._local = PerProcess(threading.local)
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

        While others write it is tried again and again: whoever waits for a lock keeps
        all waiting that come after. Processes that do so at the same time wait for each other. Where everything
        is there already, no right to create anything is needed.

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
            with self._transaction(_READ, None) as connection:
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
        with self._transaction(_READ, None) as connection:
            self._schema.check_names(connection, self._parts)

    def state(self) -> SchemaState:
        """Read what is there of each part; nothing is made, changed or refused."""
        with self._transaction(_READ, None) as connection:
            return read_state(connection, self._parts)

    def migrate(self, tell: Tell = silent) -> None:
        """Bring everything up to date, with all rows, whatever `auto_migrate` says.

        Args:
            tell: Is told after each batch of rows.
        """
        with self._lock:
            self.auto_migrate, self._installed, self._tell = True, None, tell
            try:
                self.setup()
                found = self.state().versions
                for part in unfinished_parts(self._parts, found).values():
                    self._rewrite(part)
            finally:
                self._tell = silent

    @contextlib.contextmanager
    def reading(self) -> Generator[PostgresConnection]:
        """Lend a connection that reads from one state of the database.

        Raises:
            StoreSchemaError: A newer version has changed the tables too far meanwhile.
        """
        with self._reading(_LOOK_UPS) as connection:
            yield connection

    @contextlib.contextmanager
    def surveying(self) -> Generator[PostgresConnection]:
        """Do as `reading`, and leave it to the planner how.

        Raises:
            StoreSchemaError: A newer version has changed the tables too far meanwhile.
        """
        with self._reading(_SURVEYS) as connection:
            yield connection

    @contextlib.contextmanager
    def _reading(self, plans: Sequence[str]) -> Generator[PostgresConnection]:
        lent = self._lent()
        if lent is not None:
            yield lent
            return
        self.setup()
        with self._transaction(_READ, None, checks=True, plans=plans) as connection:
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
        lent = self._lent()
        if lent is not None:
            if not lent.allows(locks):
                message = "a block that writes is inside one that may not write that"
                raise RuntimeError(message)
            yield lent
            return
        self.setup()
        with self._transaction(_WRITE, locks, checks=True) as connection:
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
        behind = behind_parts(parts, found)
        if not self.auto_migrate:
            if behind:
                raise refuse_to_migrate(self.place, self.place, behind, found)
            return
        if behind:
            self._upgrade(parts)
            found = self.state().versions
        slow = unbuilt_parts(parts, found)
        if slow:
            self._build_indexes(slow)
        for part in unfinished_parts(parts, found).values():
            if not self._rewrite(part, OPENING_BATCHES):
                logger.info(
                    "rows of %r are yet to be changed; `%s` does it",
                    part.name,
                    COMMAND,
                    extra=log_fields("rows_unchanged"),
                )

    def _upgrade(self, parts: Parts) -> None:
        """Change tables, and before the next change the rows that it rests on."""
        everything = Locks(is_of_all=True)
        while True:
            self._patiently(everything, lambda db: self._schema.upgrade(db, parts))
            waiting = behind_parts(parts, self.state().versions)
            if not waiting:
                return
            for part in waiting.values():
                self._rewrite(part)

    def _rewrite(self, part: Part, most: int | None = None) -> bool:
        # Those who do the same take turns; nobody else has to wait.
        locks = Locks(names=frozenset([f"migration of {part.name}"]))

        def run(work: Callable[[SqlConnection], T]) -> T:
            return self._patiently(locks, work)

        return rewrite_rows(run, part, most=most, tell=self._tell)

    def _patiently(self, locks: Locks, work: Callable[[PostgresConnection], T]) -> T:
        """Change something, as soon as nobody holds what that has to lock."""
        give_up = time.monotonic() + LOCK_TIMEOUT_S
        while True:
            try:
                with self._transaction(_WRITE, locks, _UPGRADE_LOCK_S) as connection:
                    return work(connection)
            except StoreError as exc:
                is_locked = isinstance(exc.__cause__, LockNotAvailable)
                if not is_locked or time.monotonic() >= give_up:
                    raise
            # All that came meanwhile have their turn first.
            time.sleep(random.uniform(*_UPGRADE_PAUSE_S))  # noqa: S311  not a secret

    def _build_indexes(self, parts: Parts) -> None:
        """Build what makes the store faster; whoever may not, goes on without."""
        name = self._schema.name
        try:
            with hold_forks(), self._connections.lend("SELECT 1") as begun:
                built = {
                    part: described
                    for part, described in parts.items()
                    if build_indexes(begun.raw, name, described.migrations)
                }
            with self._transaction(_WRITE, Locks()) as connection:
                self._schema.keep_version(connection, built)
        except (psycopg.Error, StoreError) as exc:
            is_told = isinstance(exc, StoreError)
            told = exc if is_told else to_store_error(self.place, exc)
            logger.warning(
                "an index was not built, look-ups are slower: %s",
                shown_error(told),
                extra=log_fields("index_not_built", error=told),
            )

    def _lent(self) -> PostgresConnection | None:
        return getattr(self._local.get(), "connection", None)

    @contextlib.contextmanager
    def _transaction(
        self,
        begin: str,
        locks: Locks | None,
        wait_s: float | None = None,
        *,
        checks: bool = False,
        plans: Sequence[str] = _LOOK_UPS,
    ) -> Generator[PostgresConnection]:
        committing = False
        origin, local = Origin(), self._local.get()
        try:
            # A child could not use what libpq and OpenSSL are doing for another thread.
            statements = self._begin(begin, locks, wait_s or LOCK_TIMEOUT_S, plans)
            if checks:
                # After the locks: while they are held nobody changes a table.
                statements = f"{statements}; {VERSIONS}"
            with hold_forks(), self._connections.lend(statements) as begun:
                local.connection = connection = PostgresConnection(begun.raw, locks)
                try:
                    if checks:
                        self._check_contracts(connection, begun)
                    yield connection
                finally:
                    local.connection = None
                origin.check(TRANSACTION, WRITE_AGAIN)
                committing = locks is not None
                connection.commit()
        except psycopg.Error as exc:
            raise to_store_error(self.place, exc, committing=committing) from exc
        except UnicodeEncodeError as exc:
            check_text(self.place, exc)
            raise

    def _check_contracts(self, connection: PostgresConnection, begun: Begun) -> None:
        seen = frozenset((part, int(version)) for part, version in begun.rows)
        self._contracts.check(self._parts, seen, lambda: read_contracts(connection))

    def _begin(
        self, begin: str, locks: Locks | None, wait_s: float, plans: Sequence[str]
    ) -> str:
        """Write all that begins a transaction as one message to the server."""
        schema = f"SET LOCAL search_path TO {quoted(self._schema.name)}"
        statements = [begin, schema, *plans]
        if locks is not None:
            statements.append(f"SET LOCAL lock_timeout TO '{wait_s}s'")
            statements.append(f"SELECT {', '.join(self._lock_calls(locks))}")
        return "; ".join(statements)

    def _lock_calls(self, locks: Locks) -> list[str]:
        kinds = {self._key(f"/{name}"): "_shared" for name in locks.shared}
        kinds |= {self._key(f"/{name}"): "" for name in locks.names}
        everything = "" if locks.is_of_all else "_shared"
        # In one order for everybody, so that no two wait for each other.
        return [
            f"pg_advisory_xact_lock{kind}({key})"
            for key, kind in [(self._key(""), everything), *sorted(kinds.items())]
        ]

    def _key(self, name: str) -> int:
        text = f"interactions\0{self._schema.name}\0{name}".encode(
            errors="surrogatepass"
        )
        return int.from_bytes(hashlib.sha256(text).digest()[:8], signed=True)

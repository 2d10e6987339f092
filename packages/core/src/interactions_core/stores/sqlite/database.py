"""One SQLite file shared by the session store and whatever else keeps rows in it.

Owns the connection, its lock, and when the file is opened, also around forks. What is
to be in the file is in `tables`; what that means is known to neither.
"""

import contextlib
import sqlite3
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import TypeVar

from interactions_core.exceptions import StoreError
from interactions_core.process.forking import Lock, leave_to_parent, put_away
from interactions_core.stores.sql.database import Migration, SqlConnection
from interactions_core.stores.sql.schema.contracts import Part, Parts, describe_part
from interactions_core.stores.sql.schema.refusing import refuse_to_make
from interactions_core.stores.sql.schema.rewriting import Tell, rewrite_rows, silent
from interactions_core.stores.sql.schema.state import (
    SchemaState,
    read_state,
    unfinished_parts,
)
from interactions_core.stores.sqlite.connection import SqliteConnection, transaction
from interactions_core.stores.sqlite.errors import translate_errors
from interactions_core.stores.sqlite.files import (
    MEMORY,
    Identity,
    connect,
    connect_to_look,
    empty_log,
    identity_of,
)
from interactions_core.stores.sqlite.tables import FileTables
from interactions_core.stores.workers import is_loop_thread

T = TypeVar("T")


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
        self.erasers: list[Callable[[SqliteDatabase], object]] = []
        self._lock = Lock()
        self._connection: SqliteConnection | None = None
        self._identity: Identity = None
        self._tables = self._make_tables(
            auto_migrate=auto_migrate or self.path == MEMORY
        )
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
        if is_loop_thread() or not self.auto_migrate:
            # Without the lock, which a thread may hold for as long as it writes.
            self._tables.know_due(parts)
            return
        with self._lock:
            self._tables.know(parts)
            if self._connection is None:
                # All of them are looked at before anything is made.
                self._open()
                return
            with self._explained():
                self._tables.check_names(self._connection, parts)
                for part in parts:
                    self._tables.bring_up(self._connection, part)

    @property
    def place(self) -> str:
        """The file."""
        return self.path

    @property
    def parts(self) -> Parts:
        """What this process knows."""
        return self._tables.parts

    @property
    def auto_migrate(self) -> bool:
        """Whether the first use makes and upgrades tables, or refuses where it would."""
        return self._tables.auto_migrate

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
        self._tables.check_file(found)
        if found:
            new = [part for part in self.parts.values() if not found.get(part.name)]
            with self._explained(), closing(connect_to_look(self.path)) as connection:
                self._tables.check_names(connection, new)

    def state(self) -> SchemaState:
        """Read what is there of each part; nothing is made, changed or refused."""
        if not Path(self.path).exists():
            return SchemaState()
        with self._explained(), closing(connect_to_look(self.path)) as connection:
            return read_state(connection, self.parts)

    def migrate(self, tell: Tell = silent) -> None:
        """Bring everything up to date, with all rows, whatever `auto_migrate` says.

        Args:
            tell: Is told after each batch of rows.
        """
        with self._tables.migrating(tell):
            self.setup()
            found = self.state().versions
            for part in unfinished_parts(self.parts, found).values():
                rewrite_rows(self._in_transaction, part, tell=tell)

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
                self._tables.check_contracts(connection)
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
            with transaction(connection):
                # With the lock: while it is held nobody changes a table.
                self._tables.check_contracts(connection)
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
            empty_log(connection)

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
            self._tables.bring_up_due(self._connection)
            return self._connection
        with self._explained():
            if not self.auto_migrate and not Path(self.path).exists():
                raise refuse_to_make(self.path, f"sqlite:///{self.path}")
            if self.path != MEMORY:
                self._tables.check_file({})
            connection = self._connect()
            try:
                self._tables.bring_up_all(connection)
            except BaseException:
                connection.close()
                raise
        self._connection, self._identity = connection, identity_of(self.path)
        return connection

    def _connect(self) -> SqliteConnection:
        return connect(self.path)

    def _make_tables(self, *, auto_migrate: bool) -> FileTables:
        return FileTables(self.path, auto_migrate=auto_migrate)

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

    def _in_transaction(self, work: Callable[[SqlConnection], T], /) -> T:
        with self.writing() as connection:
            return work(connection)

    def _explained(self) -> AbstractContextManager[None]:
        return translate_errors(self.path)

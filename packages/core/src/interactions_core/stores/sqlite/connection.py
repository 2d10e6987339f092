"""A connection to a SQLite file that takes the statements of this package."""

import contextlib
import sqlite3
import time
from collections.abc import Generator, Iterable
from typing import Final

from interactions_core.process.counters import note_lock_wait
from interactions_core.process.forking import TRANSACTION, WRITE_AGAIN, Origin
from interactions_core.stores.sql.database import Parameters
from interactions_core.stores.sql.statements import Statement

# In its oldest builds SQLite takes no more values than these.
_NAMES: Final = tuple(str(number) for number in range(1, 1_000))


class SqliteConnection(sqlite3.Connection):
    """A connection whose statements number their values: `$1`, `$2`, ..."""

    # `sqlite3` takes values by name as well; no statement of ours has names.
    def execute(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, sql: Statement, parameters: Parameters = (), /
    ) -> sqlite3.Cursor:
        """Run one statement."""
        return super().execute(_as_text(sql), _by_number(parameters))

    def execute_later(self, sql: Statement, parameters: Parameters = (), /) -> None:
        """Run one statement now: there is no trip to save."""
        self.execute(sql, parameters)

    def executemany(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, sql: Statement, parameters: Iterable[Parameters], /
    ) -> sqlite3.Cursor:
        """Run one statement for each of several rows of values."""
        return super().executemany(_as_text(sql), map(_by_number, parameters))


@contextlib.contextmanager
def transaction(connection: SqliteConnection) -> Generator[None]:
    """Hold the file's write lock; keep all that the block does, or nothing.

    Raises:
        ForkedError: The block forked, and this is the child.
    """
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


def _as_text(sql: Statement) -> str:
    return sql if isinstance(sql, str) else sql.sqlite


def _by_number(parameters: Parameters) -> dict[str, object]:
    # To `sqlite3` the placeholder `$1` is one of the name "1".
    return dict(zip(_NAMES, parameters, strict=False))

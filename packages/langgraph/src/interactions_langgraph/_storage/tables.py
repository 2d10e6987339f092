"""The checkpointer's tables, in the same database as the session store.

Everything belongs to exactly one thread. A row's `number` is the thread's number
in the high bits and a count within the thread in the low ones, so a thread's rows
lie side by side, are deleted as one range, and are copied by adding a constant:
what is stored inside rows are counts, never whole numbers.
"""

import contextlib
from collections.abc import Generator
from typing import Final

from interactions_core.adapter.storage import SqlConnection, SqlDatabase, in_dialects
from interactions_langgraph._storage import tombstones

COUNT_BITS: Final = 32
"""How many low bits of a row's number count within its thread."""

THREAD: Final = "CAST(number >> 32 AS INT)"
"""The thread of a row by its number; an index serves this very text only."""

_TABLES: Final = """
CREATE TABLE checkpoint_threads (
    number {row_number},
    thread_id TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    key {bytes} NOT NULL
);
CREATE TABLE checkpoint_spaces (
    number {row_number},
    thread {integer} NOT NULL,
    namespace TEXT NOT NULL,
    dictionary {integer},
    UNIQUE (thread, namespace)
);
CREATE TABLE checkpoint_contents (
    number {row_number},
    digest {bytes} NOT NULL,
    type TEXT NOT NULL,
    body {bytes} NOT NULL
);
CREATE TABLE checkpoint_nodes (
    number {row_number},
    digest {bytes} NOT NULL,
    parent {integer} NOT NULL,
    content {integer} NOT NULL
);
CREATE TABLE checkpoints (
    number {row_number},
    space {integer} NOT NULL,
    dictionary {integer},
    checkpoint_id TEXT {by_bytes} NOT NULL,
    parent_id TEXT {by_bytes},
    run_id TEXT,
    type TEXT NOT NULL,
    body {bytes} NOT NULL
);
CREATE UNIQUE INDEX checkpoints_by_id ON checkpoints (space, checkpoint_id);
CREATE INDEX checkpoints_by_run ON checkpoints (run_id) WHERE run_id IS NOT NULL;
CREATE TABLE checkpoint_writes (
    space {integer} NOT NULL,
    reference {integer} NOT NULL,
    idx INT NOT NULL,
    checkpoint_id TEXT {by_bytes} NOT NULL,
    task_id TEXT NOT NULL,
    task_path TEXT NOT NULL,
    channel TEXT NOT NULL,
    PRIMARY KEY (space, checkpoint_id, task_id, idx)
) {by_key}
"""
_VERSION_1: Final = (
    *_TABLES.split(";"),
    # The thread is part of the index, so that a copied thread may keep its digests.
    f"""CREATE UNIQUE INDEX checkpoint_contents_by_digest
    ON checkpoint_contents (({THREAD}), digest)""",
    f"""CREATE UNIQUE INDEX checkpoint_nodes_by_digest
    ON checkpoint_nodes (({THREAD}), digest)""",
)

# A number is given out once, also after the rows with the highest were erased.
_VERSION_2: Final = (
    "ALTER TABLE checkpoint_threads ADD COLUMN floor {integer} NOT NULL DEFAULT 0",
)

# Parts of values have places, which an older version would not fill.
_VERSION_3: Final = ()

# A message's id, where its content is stored without it. Bytes, because PostgreSQL has
# no text for every id.
_VERSION_4: Final = ("ALTER TABLE checkpoint_nodes ADD COLUMN message_id {bytes}",)

MIGRATIONS: Final = tuple(
    tuple(map(in_dialects, statements))
    for statements in (_VERSION_1, _VERSION_2, _VERSION_3, _VERSION_4)
)


PARTS: Final = {
    "checkpoints": MIGRATIONS,
    tombstones.PART: tombstones.MIGRATIONS,
}
"""The tables of a checkpointer, by part, in the order in which they are made."""


class CheckpointTables:
    """The tables in one open database, which somebody else owns and closes.

    Safe for any number of threads, as the database is.
    """

    def __init__(self, database: SqlDatabase) -> None:
        self.database = database
        database.install_all(PARTS)

    @contextlib.contextmanager
    def snapshot(self) -> Generator[SqlConnection, None, None]:
        """Read from one state of the database, whatever others write."""
        with self.database.reading() as connection:
            if connection.in_transaction:
                yield connection
                return
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                # Some errors of SQLite have ended the transaction already.
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    @contextlib.contextmanager
    def writing(self, *threads: str) -> Generator[SqlConnection, None, None]:
        """Write all or nothing, while nobody else writes these threads."""
        with self.database.writing(*threads) as connection:
            yield connection


def thread_range_start(thread: int) -> int:
    """Return the number before the first row of `thread`."""
    return thread << COUNT_BITS


def row_index(number: int) -> int:
    """Return the count of a row within its thread."""
    return number & ((1 << COUNT_BITS) - 1)

"""The rows whose bytes may be left to the server, and which interactions they may use."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from interactions_langgraph._storage.message_states import Dump
from interactions_langgraph._storage.offload_format import PREFIX
from interactions_langgraph._storage.tables import (
    COUNT_BITS,
    CheckpointTables,
    thread_range_start,
)
from interactions_langgraph._storage.value_reader import read_contents

_AT_ONCE: Final = 64

_THREADS: Final = "SELECT number, thread_id FROM checkpoint_threads ORDER BY number"
_THREAD: Final = "SELECT number FROM checkpoint_threads WHERE thread_id = $1"
_OWNER: Final = "SELECT thread_id FROM checkpoint_threads WHERE number = $1"
_CONTENTS: Final = (
    "SELECT number, digest, type, length(body) FROM checkpoint_contents "
    "WHERE number > $1 AND number < $2 ORDER BY number"
)
# What headers are deflated against is read as it is, under the lock.
_DICTIONARIES: Final = (
    "SELECT dictionary FROM checkpoint_spaces WHERE thread = $1 "
    "AND dictionary IS NOT NULL UNION SELECT c.dictionary FROM checkpoint_spaces s "
    "JOIN checkpoints c ON c.space = s.number "
    "WHERE s.thread = $1 AND c.dictionary IS NOT NULL"
)
_OWN: Final = "SELECT 1 FROM interactions WHERE thread_id = $1 AND key = $2 LIMIT 1"
_ANY: Final = "SELECT 1 FROM interactions WHERE key = $1 LIMIT 1"
_LISTED: Final = "SELECT 1 FROM erasures WHERE interaction_id = $1 LIMIT 1"
_REPLACE: Final = (
    "UPDATE checkpoint_contents SET type = $1, body = $2 "
    "WHERE number = $3 AND digest = $4 AND type = $5"
)


class PayloadRow(NamedTuple):
    """A row of contents, without its bytes."""

    row_id: int
    digest: bytes
    type: str
    size: int

    @property
    def is_offloaded(self) -> bool:
        """Whether parts of it are on the server only."""
        return self.type.startswith(PREFIX)


class PayloadRows:
    """The contents of all threads in one database."""

    def __init__(self, tables: CheckpointTables) -> None:
        self._tables = tables

    def threads(self, thread_ids: Iterable[str] | None) -> Sequence[tuple[int, str]]:
        """Return number and id of some threads, or of all."""
        with self._tables.snapshot() as connection:
            if thread_ids is None:
                return connection.execute(_THREADS).fetchall()
            # The same thread twice is gone through once.
            names = dict.fromkeys(map(str, thread_ids))
            found = [connection.execute(_THREAD, (n,)).fetchone() for n in names]
        pairs = zip(found, names, strict=True)
        return [(row[0], name) for row, name in pairs if row]

    def rows_of(self, thread: int, after: int = 0) -> list[PayloadRow]:
        """Return the contents of a thread behind a row, oldest first."""
        bounds = max(thread_range_start(thread), after), thread_range_start(thread + 1)
        with self._tables.snapshot() as connection:
            rows = connection.execute(_CONTENTS, bounds).fetchall()
        return [PayloadRow(*row) for row in rows]

    def unmovable_rows(self, thread: int) -> set[int]:
        """Return the rows of a thread that must stay as they are."""
        with self._tables.snapshot() as connection:
            found = connection.execute(_DICTIONARIES, (thread,)).fetchall()
        return {thread_range_start(thread) + count for (count,) in found}

    def read_dumps(
        self, rows: Iterable[PayloadRow]
    ) -> Iterator[tuple[PayloadRow, Dump]]:
        """Read the bytes of rows, some at a time; what is gone is left out."""
        remaining = iter(rows)
        while batch := [*itertools.islice(remaining, _AT_ONCE)]:
            with self._tables.snapshot() as connection:
                found = read_contents(connection, [row.row_id for row in batch])
            for row in batch:
                if row.row_id in found:
                    yield row, found[row.row_id]

    def replace(self, row: PayloadRow, new: Dump) -> bool:
        """Put other bytes into a row, unless somebody was faster."""
        with self._tables.snapshot() as connection:
            owner = (row.row_id >> COUNT_BITS,)
            names = connection.execute(_OWNER, owner).fetchone() or ()
        with self._tables.writing(*names) as connection:
            done = connection.execute(
                _REPLACE, (*new, row.row_id, row.digest, row.type)
            )
            return done.rowcount > 0

    def may_rest_on(self, thread_id: str, interaction_id: str) -> bool:
        """Tell whether no other thread's deletion takes an interaction along."""
        name = (interaction_id,)
        with self._tables.snapshot() as connection:
            if connection.execute(_LISTED, name).fetchone():
                return False
            own = connection.execute(_OWN, (thread_id, interaction_id)).fetchone()
            return bool(own) or not connection.execute(_ANY, name).fetchone()

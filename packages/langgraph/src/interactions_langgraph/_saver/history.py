"""Finding checkpoints and reading them back, without a query for each of them."""

import dataclasses
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, cast

from langgraph.checkpoint.base import Checkpoint, CheckpointMetadata, CheckpointTuple

from interactions_core.adapter.storage import SqlConnection, in_dialects
from interactions_langgraph._saver.writes import StoredWrite, read_writes
from interactions_langgraph._storage.addresses import Address, Search
from interactions_langgraph._storage.checkpoint_headers import (
    CheckpointHeader,
    PackedHeader,
    unpack_header,
)
from interactions_langgraph._storage.codec import Codec
from interactions_langgraph._storage.offload_reader import naming_thread
from interactions_langgraph._storage.tables import CheckpointTables, thread_range_start
from interactions_langgraph._storage.value_reader import ValueReader, read_contents

FIRST_PAGE: Final = 8
LARGEST_PAGE: Final = 256

# The newest is the last of an index: none of the others is read.
_FIND: Final = """
SELECT c.number, s.thread, t.thread_id, s.namespace, c.checkpoint_id, c.parent_id,
    c.dictionary, c.type, c.body, d.body
FROM checkpoint_threads t
CROSS JOIN checkpoint_spaces s
CROSS JOIN checkpoints c
LEFT JOIN checkpoint_contents d ON d.number = (s.thread << 32) + c.dictionary
WHERE t.thread_id = $1 AND s.thread = t.number AND s.namespace = $2
AND c.number = (
    SELECT own.number FROM checkpoints own WHERE own.space = s.number {terms}
    ORDER BY own.checkpoint_id DESC LIMIT 1
)
"""
_FIND_NEWEST: Final = _FIND.format(terms="")
_FIND_BY_ID: Final = _FIND.format(terms="AND own.checkpoint_id = $3")
_NEWEST_FIRST: Final = "ORDER BY c.checkpoint_id DESC, c.number DESC"
_BY_NUMBER: Final = in_dialects("""
SELECT c.number, s.thread, t.thread_id, s.namespace, c.checkpoint_id, c.parent_id,
    c.dictionary, c.type, c.body
FROM {numbers}
CROSS JOIN checkpoints c
CROSS JOIN checkpoint_spaces s
CROSS JOIN checkpoint_threads t
WHERE c.number = given.value AND s.number = c.space AND t.number = s.thread
ORDER BY c.checkpoint_id DESC, c.number DESC
""")
_NUMBERS: Final = """
SELECT c.number
FROM checkpoint_threads t
CROSS JOIN checkpoint_spaces s
CROSS JOIN checkpoints c
WHERE s.thread = t.number AND c.space = s.number
"""

Writes = Mapping[int, Sequence[StoredWrite]]


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """A row of `checkpoints` with its header."""

    row_id: int
    thread: int
    address: Address
    parent_id: str | None
    header: CheckpointHeader

    def references(self, writes: Sequence[StoredWrite]) -> Iterator[tuple[int, int]]:
        """Pair every reference of the checkpoint and its writes with the thread."""
        for reference in self.header.references.values():
            yield self.thread, reference
        for _, _, reference in writes:
            yield self.thread, reference

    def to_tuple(
        self, writes: Sequence[StoredWrite], values: ValueReader
    ) -> CheckpointTuple:
        """Put the checkpoint together from values that were fetched."""
        with naming_thread(self.address.thread_id):
            return self._to_tuple(writes, values)

    def _to_tuple(
        self, writes: Sequence[StoredWrite], values: ValueReader
    ) -> CheckpointTuple:
        checkpoint = {
            **self.header.checkpoint,
            "id": self.address.checkpoint_id,
            "channel_values": {
                name: values.value(self.thread, reference)
                for name, reference in self.header.references.items()
            },
        }
        parent = self.address.at(self.parent_id) if self.parent_id else None
        return CheckpointTuple(
            self.address.to_config(),
            cast("Checkpoint", checkpoint),
            cast("CheckpointMetadata", self.header.metadata),
            parent.to_config() if parent else None,
            [
                (task_id, channel, values.value(self.thread, reference))
                for task_id, channel, reference in writes
            ],
        )


class History:
    """The checkpoints of all threads in one database, for reading.

    Safe for any number of threads; holds no lock while it hands out results.
    """

    def __init__(self, tables: CheckpointTables, codec: Codec) -> None:
        self._tables = tables
        self._codec = codec

    def find(self, address: Address) -> CheckpointTuple | None:
        """Read one checkpoint, or the newest one."""
        values = self._new_reader()
        with self._tables.snapshot() as connection:
            row = find_row(connection, address, self._codec)
            if row is None:
                return None
            writes = read_writes(connection, [row.row_id]).get(row.row_id, ())
            values.fetch(connection, row.references(writes))
        return row.to_tuple(writes, values)

    def pages(self, search: Search) -> Iterator[list[CheckpointTuple]]:
        """Read all checkpoints that are sought, newest first, some at a time."""
        values = self._new_reader()
        left = search.limit
        for numbers in in_pages(self._numbers(search)):
            if left is not None and left <= 0:
                return
            page = self._page(numbers, search, left, values)
            if left is not None:
                left -= len(page)
            yield page

    def _numbers(self, search: Search) -> list[int]:
        terms, parameters = search.conditions()
        with self._tables.snapshot() as connection:
            rows = connection.execute(
                f"{_NUMBERS} AND {terms} {_NEWEST_FIRST}", parameters
            )
            return [number for (number,) in rows]

    def _page(
        self,
        numbers: Sequence[int],
        search: Search,
        limit: int | None,
        values: ValueReader,
    ) -> list[CheckpointTuple]:
        with self._tables.snapshot() as connection:
            found = read_rows(connection, numbers, self._codec)
            rows = [row for row in found if search.accepts(row.header.metadata)]
            rows = rows[:limit]
            writes = read_writes(connection, [row.row_id for row in rows])
            values.fetch(connection, _references(rows, writes))
        return [row.to_tuple(writes.get(row.row_id, ()), values) for row in rows]

    def _new_reader(self) -> ValueReader:
        return ValueReader(self._codec, self._tables.database.place)


def find_row(connection: SqlConnection, address: Address, codec: Codec) -> Row | None:
    """Read a checkpoint's row, or that of the newest one."""
    space = address.thread_id, address.namespace
    if address.checkpoint_id:
        found = connection.execute(_FIND_BY_ID, (*space, address.checkpoint_id))
    else:
        found = connection.execute(_FIND_NEWEST, space)
    row = found.fetchone()
    return _to_row(row[:-1], row[-1], codec) if row else None


def _references(rows: Iterable[Row], writes: Writes) -> Iterator[tuple[int, int]]:
    for row in rows:
        yield from row.references(writes.get(row.row_id, ()))


def read_rows(
    connection: SqlConnection, numbers: Sequence[int], codec: Codec
) -> list[Row]:
    """Read checkpoints by the numbers of their rows, newest first."""
    rows = connection.execute(_BY_NUMBER, (json.dumps(numbers),)).fetchall()
    return _unpack(connection, rows, codec)


def _unpack(
    connection: SqlConnection, rows: Sequence[tuple[Any, ...]], codec: Codec
) -> list[Row]:
    dictionaries = {
        thread_range_start(thread) + count
        for _, thread, *_, count, _, _ in rows
        if count is not None
    }
    against = read_contents(connection, dictionaries)
    unpacked: list[Row] = []
    for row in rows:
        thread, count = row[1], row[6]
        known = (
            None if count is None else against[thread_range_start(thread) + count][1]
        )
        unpacked.append(_to_row(row, known, codec))
    return unpacked


def _to_row(row: Sequence[Any], against: bytes | None, codec: Codec) -> Row:
    number, thread, thread_id, space, own_id, parent_id, _, *dump = row
    header = unpack_header(PackedHeader(*dump), against, codec)
    return Row(number, thread, Address(thread_id, space, own_id), parent_id, header)


def in_pages(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    """Cut into pages, small ones first."""
    # Whoever wants the newest one only should not wait for a thousand.
    start, size = 0, FIRST_PAGE
    while start < len(numbers):
        yield numbers[start : start + size]
        start, size = start + size, min(size * 4, LARGEST_PAGE)

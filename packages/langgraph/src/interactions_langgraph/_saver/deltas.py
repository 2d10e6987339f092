"""The history of delta channels: a value and the writes since, in a few queries."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from langgraph.checkpoint.base import DeltaChannelHistory

from interactions_core.adapter.storage import SqlConnection
from interactions_langgraph._saver.history import Row, find_row, in_pages, read_rows
from interactions_langgraph._saver.writes import StoredWrite, read_writes
from interactions_langgraph._storage.addresses import Address
from interactions_langgraph._storage.codec import Codec
from interactions_langgraph._storage.offload_reader import naming_thread
from interactions_langgraph._storage.tables import CheckpointTables
from interactions_langgraph._storage.value_reader import ValueReader

# UNION, not UNION ALL: a checkpoint that was put again may be its own ancestor.
_ANCESTORS: Final = """
WITH RECURSIVE line (space, number, checkpoint_id, parent_id) AS (
    SELECT space, number, checkpoint_id, parent_id FROM checkpoints WHERE number = $1
    UNION
    SELECT c.space, c.number, c.checkpoint_id, c.parent_id
    FROM line CROSS JOIN checkpoints c
    WHERE c.space = line.space AND c.checkpoint_id = line.parent_id
)
SELECT number, checkpoint_id, parent_id FROM line
"""


def read_delta_history(
    tables: CheckpointTables, codec: Codec, address: Address, channels: Sequence[str]
) -> Mapping[str, DeltaChannelHistory]:
    """Read what ancestors contributed to some channels, oldest write first.

    The writes of the checkpoint itself are pending and left out; those of the
    ancestor that has the value are part of the history.
    """
    values = ValueReader(codec, tables.database.place)
    with tables.snapshot() as connection:
        row = find_row(connection, address, codec) if channels else None
        line = _line(connection, row.row_id) if row else []
        found = {name: _Found() for name in dict.fromkeys(channels)}
        for numbers in in_pages(line):
            if all(each.is_complete for each in found.values()):
                break
            _read_page(connection, numbers, codec, found)
        wanted = [pair for each in found.values() for pair in each.references()]
        values.fetch(connection, wanted)
    with naming_thread(address.thread_id):
        return {name: each.to_history(values) for name, each in found.items()}


class _Found:
    """What was found of one channel so far, newest first."""

    def __init__(self) -> None:
        self._seed: tuple[int, int] | None = None
        self._writes: list[tuple[int, StoredWrite]] = []

    @property
    def is_complete(self) -> bool:
        return self._seed is not None

    def add(self, row: Row, writes: Sequence[StoredWrite], channel: str) -> None:
        if self.is_complete:
            return
        mine = [(row.thread, write) for write in writes if write[1] == channel]
        self._writes.extend(reversed(mine))
        reference = row.header.references.get(channel)
        if reference is not None:
            self._seed = row.thread, reference

    def references(self) -> list[tuple[int, int]]:
        seed = [self._seed] if self._seed else []
        return seed + [(thread, write[2]) for thread, write in self._writes]

    def to_history(self, values: ValueReader) -> DeltaChannelHistory:
        writes: list[tuple[str, str, Any]] = [
            (task_id, channel, values.value(thread, reference))
            for thread, (task_id, channel, reference) in reversed(self._writes)
        ]
        history: DeltaChannelHistory = {"writes": writes}
        if self._seed:
            history["seed"] = values.value(*self._seed)
        return history


def _line(connection: SqlConnection, number: int) -> list[int]:
    """Return the numbers of the ancestors, nearest first."""
    rows = connection.execute(_ANCESTORS, (number,)).fetchall()
    by_id = {own_id: (row, parent_id) for row, own_id, parent_id in rows}
    line: list[int] = []
    found = by_id.pop(rows[0][1])
    while (found := by_id.pop(found[1], None)) is not None:
        line.append(found[0])
    return line


def _read_page(
    connection: SqlConnection,
    numbers: Sequence[int],
    codec: Codec,
    found: Mapping[str, _Found],
) -> None:
    rows = {row.row_id: row for row in read_rows(connection, numbers, codec)}
    writes = read_writes(connection, numbers)
    # Nearest first, which is the order of the line and not that of the ids.
    for number in numbers:
        for name, each in found.items():
            each.add(rows[number], writes.get(number, ()), name)

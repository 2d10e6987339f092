"""Pending writes: what tasks have produced beyond a checkpoint.

A write may come before the checkpoint that it belongs to.
"""

import json
from collections.abc import Iterable, Mapping, Sequence

from langgraph.checkpoint.base import WRITES_IDX_MAP

from interactions_core.adapter.storage import SqlConnection, in_dialects
from interactions_langgraph._storage.prepared_values import Prepared
from interactions_langgraph._storage.value_writer import ValueWriter

StoredWrite = tuple[str, str, int]
"""Task id, channel, and the reference to the value."""

_INSERT = (
    "INSERT INTO checkpoint_writes (space, checkpoint_id, task_id, idx, task_path, "
    "channel, reference) VALUES ($1, $2, $3, $4, $5, $6, $7) "
    "ON CONFLICT (space, checkpoint_id, task_id, idx) DO UPDATE SET "
    "task_path = excluded.task_path, channel = excluded.channel, "
    "reference = excluded.reference"
)

_READ = in_dialects(
    "SELECT c.number, w.task_path, w.task_id, w.idx, w.channel, w.reference "
    "FROM checkpoints c CROSS JOIN checkpoint_writes w "
    "WHERE w.space = c.space AND w.checkpoint_id = c.checkpoint_id "
    "AND c.number IN (SELECT value FROM {numbers})"
)


def number_writes(channels: Iterable[str]) -> list[int]:
    """Give each write its index: negative for LangGraph's own channels."""
    return [WRITES_IDX_MAP.get(name, at) for at, name in enumerate(channels)]


def store_writes(
    writer: ValueWriter,
    checkpoint: tuple[int, str],
    task: tuple[str, str],
    channels: Sequence[str],
    values: Sequence[Prepared],
    *,
    has_writes: bool,
) -> None:
    """Store one task's writes: the first of an index stays, a negative one is replaced.

    Args:
        writer: Where they are stored.
        checkpoint: Its namespace's number and its id.
        task: Its id and its path.
        channels: In the order of `put_writes`, as are `values`.
        values: What was written.
        has_writes: Whether there are writes of the task already.
    """
    task_id, task_path = task
    stored = set[int]()
    if has_writes:
        stored = _stored_indexes(writer.connection, checkpoint, task_id)
    numbered = zip(number_writes(channels), channels, values, strict=True)
    for idx, channel, value in numbered:
        if idx < 0 or idx not in stored:
            row = (*checkpoint, task_id, idx, task_path, channel, writer.store(value))
            writer.connection.execute_later(_INSERT, row)


def read_writes(
    connection: SqlConnection, checkpoints: Iterable[int]
) -> Mapping[int, list[StoredWrite]]:
    """Read the writes of some checkpoints, given by the numbers of their rows.

    Returns:
        By checkpoint, in the order in which writes are applied.
    """
    rows = connection.execute(_READ, (json.dumps([*checkpoints]),)).fetchall()
    # Path, task, index: the order of LangGraph's `writes_sort_key`, which the
    # oldest supported release lacks.
    rows.sort(key=lambda row: row[1:4])
    found: dict[int, list[StoredWrite]] = {}
    for number, _, task_id, _, channel, reference in rows:
        found.setdefault(number, []).append((task_id, channel, reference))
    return found


def _stored_indexes(
    connection: SqlConnection, checkpoint: tuple[int, str], task_id: str
) -> set[int]:
    rows = connection.execute(
        "SELECT idx FROM checkpoint_writes "
        "WHERE space = $1 AND checkpoint_id = $2 AND task_id = $3",
        (*checkpoint, task_id),
    )
    return {idx for (idx,) in rows}

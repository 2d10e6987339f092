"""Deleting checkpoints, and what no other checkpoint of their thread refers to.

A thread is gone through as a whole: what the checkpoints that stay refer to is
marked, the rest is erased. That also takes what replaced checkpoints left behind.
"""

import dataclasses
import json
import logging
from collections.abc import Iterable, Sequence
from typing import Final

from interactions_core.adapter import log_fields
from interactions_core.adapter.storage import SqlConnection, in_dialects
from interactions_langgraph._saver.history import Row, read_rows
from interactions_langgraph._saver.lineage import Member, ancestors_needed
from interactions_langgraph._storage.addresses import Address
from interactions_langgraph._storage.chains import list_nodes
from interactions_langgraph._storage.checkpoint_headers import pack_header
from interactions_langgraph._storage.codec import Codec
from interactions_langgraph._storage.references import (
    CONTENT,
    NESTED,
    SNAPSHOT,
    from_reference,
)
from interactions_langgraph._storage.tables import thread_range_start
from interactions_langgraph._storage.threads import Thread, delete_if_empty, find_thread
from interactions_langgraph._storage.tombstones import bury
from interactions_langgraph._storage.value_reader import read_contents, read_nested
from interactions_langgraph._storage.value_writer import ValueWriter

_log = logging.getLogger("interactions_langgraph")

_KIND_MASK: Final = 3

_ROWS: Final = (
    "SELECT c.number FROM checkpoint_spaces s CROSS JOIN checkpoints c "
    "WHERE s.thread = $1 AND c.space = s.number ORDER BY c.checkpoint_id DESC, c.number DESC"
)
_THREADS: Final = (
    "SELECT DISTINCT t.thread_id FROM checkpoints c "
    "JOIN checkpoint_spaces s ON s.number = c.space "
    "JOIN checkpoint_threads t ON t.number = s.thread WHERE c.run_id = $1"
)
_SPACES: Final = "SELECT number FROM checkpoint_spaces WHERE thread = $1"
_DELETE_WRITES: Final = in_dialects(
    "DELETE FROM checkpoint_writes WHERE (space, checkpoint_id) IN "
    "(SELECT space, checkpoint_id FROM checkpoints "
    "WHERE number IN (SELECT value FROM {numbers}))"
)
_DELETE_WAITING: Final = (
    "DELETE FROM checkpoint_writes WHERE checkpoint_id = $1 AND space IN "
    "(SELECT number FROM checkpoint_spaces WHERE thread = $2 AND namespace = $3)"
)
_DELETE_ROWS: Final = in_dialects(
    "DELETE FROM checkpoints WHERE number IN (SELECT value FROM {numbers})"
)
# Newer ones may be of a checkpoint that is about to be put.
_DELETE_STRAY_WRITES: Final = f"""
DELETE FROM checkpoint_writes WHERE space IN ({_SPACES})
AND NOT EXISTS (SELECT 1 FROM checkpoints c WHERE c.space = checkpoint_writes.space
    AND c.checkpoint_id = checkpoint_writes.checkpoint_id)
AND checkpoint_id < (SELECT max(checkpoint_id) FROM checkpoints c
    WHERE c.space = checkpoint_writes.space)
"""  # noqa: S608  constants above
_FORGET_PARENTS: Final = f"""
UPDATE checkpoints SET parent_id = NULL
WHERE space IN ({_SPACES}) AND parent_id IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM checkpoints p WHERE p.space = checkpoints.space
    AND p.checkpoint_id = checkpoints.parent_id)
"""  # noqa: S608  constants above
_WRITTEN: Final = f"SELECT reference FROM checkpoint_writes WHERE space IN ({_SPACES})"  # noqa: S608
_UNMARKED: Final = (
    "WHERE number > $2 AND number < $3 AND number NOT IN (SELECT value FROM {numbers})"
)
_DELETE_NODES: Final = in_dialects(f"DELETE FROM checkpoint_nodes {_UNMARKED}")  # noqa: S608
_DELETE_CONTENTS: Final = in_dialects(f"DELETE FROM checkpoint_contents {_UNMARKED}")  # noqa: S608
# A number is given out once: a reader may remember what it meant.
_RAISE_FLOOR: Final = """
UPDATE checkpoint_threads SET floor = (SELECT max(given.count) FROM (
    SELECT checkpoint_threads.floor AS count
    UNION ALL
    SELECT max(number) & 4294967295 FROM checkpoint_contents
        WHERE number > $1 AND number < $2
    UNION ALL
    SELECT max(number) & 4294967295 FROM checkpoint_nodes
        WHERE number > $1 AND number < $2
) AS given) WHERE number = $3
"""


@dataclasses.dataclass(slots=True)
class Reachable:
    """The rows that are referred to."""

    contents: set[int]
    nodes: set[int]


def threads_of_runs(connection: SqlConnection, runs: Iterable[str]) -> Sequence[str]:
    """Return the ids of the threads that these runs wrote to."""
    found = {
        thread_id
        for run_id in runs
        for (thread_id,) in connection.execute(_THREADS, (run_id,)).fetchall()
    }
    return sorted(found)


def prune_to_newest(connection: SqlConnection, thread: Thread, codec: Codec) -> None:
    """Keep the newest checkpoint of each namespace, and what it rests on."""
    rows = _rows_of(connection, thread, codec)
    newest: dict[str, int] = {}
    for row in rows:
        newest.setdefault(row.address.namespace, row.row_id)
    _delete_others(connection, thread, codec, rows, set(newest.values()))


def delete_runs(
    connection: SqlConnection, thread: Thread, codec: Codec, runs: set[str]
) -> None:
    """Delete the checkpoints of some runs, except what others rest on."""
    rows = _rows_of(connection, thread, codec)
    kept = {row.row_id for row in rows if str(_run_of(row)) not in runs}
    gone = _delete_others(connection, thread, codec, rows, kept)
    graves = [(row.address, str(_run_of(row))) for row in gone]
    bury(connection, graves)


def bury_late(connection: SqlConnection, late: Address, codec: Codec) -> None:
    """Bury a checkpoint that is late, and delete the writes that waited for it."""
    bury(connection, [(late, "")])
    thread = find_thread(connection, late.thread_id, codec)
    if thread is None:
        return
    waiting = (late.checkpoint_id, thread.row_id, late.namespace)
    had_writes = connection.execute(_DELETE_WAITING, waiting).rowcount > 0
    if not delete_if_empty(connection, late.thread_id) and had_writes:
        _sweep(connection, thread, codec, _rows_of(connection, thread, codec))


def _run_of(row: Row) -> object:
    return row.header.metadata.get("run_id")


def _rows_of(connection: SqlConnection, thread: Thread, codec: Codec) -> list[Row]:
    numbers = [n for (n,) in connection.execute(_ROWS, (thread.row_id,))]
    return read_rows(connection, numbers, codec)


def _delete_others(
    connection: SqlConnection,
    thread: Thread,
    codec: Codec,
    rows: Sequence[Row],
    kept: set[int],
) -> list[Row]:
    """Delete the other checkpoints, but for those that are needed; return them."""
    spaces: dict[str, list[Row]] = {}
    for row in rows:
        spaces.setdefault(row.address.namespace, []).append(row)
    needed: set[int] = set()
    for members in spaces.values():
        heads = [row.row_id for row in members if row.row_id in kept]
        needed |= ancestors_needed(map(_member, members), heads)
    if needed - kept:
        _log.info(
            "thread %s: %d checkpoints stay because later ones build on their writes",
            rows[0].address.thread_id,
            len(needed - kept),
            extra=log_fields("checkpoints_needed", thread=rows[0].address.thread_id),
        )
    staying = kept | needed
    gone = [row for row in rows if row.row_id not in staying]
    numbers = json.dumps([row.row_id for row in gone])
    connection.execute(_DELETE_WRITES, (numbers,))
    connection.execute(_DELETE_ROWS, (numbers,))
    connection.execute(_DELETE_STRAY_WRITES, (thread.row_id,))
    connection.execute(_FORGET_PARENTS, (thread.row_id,))
    remaining = [row for row in rows if row.row_id in staying]
    _repack(connection, thread, codec, remaining)
    _sweep(connection, thread, codec, remaining)
    return gone


def _member(row: Row) -> Member:
    header = row.header
    counted = header.metadata.get("counters_since_delta_snapshot") or {}
    snapshots = {
        name
        for name, reference in header.references.items()
        if reference & _KIND_MASK == SNAPSHOT
    }
    return Member(
        row.row_id,
        row.address.checkpoint_id or "",
        row.parent_id,
        frozenset(header.checkpoint["channel_versions"]),
        frozenset(header.references),
        frozenset({*counted, *snapshots}),
    )


def _repack(
    connection: SqlConnection,
    thread: Thread,
    codec: Codec,
    rows: Sequence[Row],
) -> None:
    """Pack headers anew: they were deflated against ones that are gone."""
    query = "UPDATE checkpoint_spaces SET dictionary = NULL WHERE thread = $1"
    connection.execute(query, (thread.row_id,))
    writer = ValueWriter(connection, thread, codec)
    # Oldest first, as they were packed when they were put.
    for row in reversed(rows):
        (number,) = connection.execute(
            "SELECT space FROM checkpoints WHERE number = $1", (row.row_id,)
        ).fetchone()
        (dictionary,) = connection.execute(
            "SELECT dictionary FROM checkpoint_spaces WHERE number = $1", (number,)
        ).fetchone()
        packed = pack_header(
            row.header.dump(codec), (number, dictionary), thread, writer
        )
        connection.execute(
            "UPDATE checkpoints SET dictionary = $1, type = $2, body = $3 "
            "WHERE number = $4",
            (packed.dictionary, packed.type, packed.body, row.row_id),
        )


def _sweep(
    connection: SqlConnection,
    thread: Thread,
    codec: Codec,
    rows: Sequence[Row],
) -> None:
    references = {ref for row in rows for ref in row.header.references.values()}
    written = connection.execute(_WRITTEN, (thread.row_id,))
    references |= {reference for (reference,) in written}
    marked = _mark(connection, thread, codec, references)
    bounds = thread_range_start(thread.row_id), thread_range_start(thread.row_id + 1)
    connection.execute(_RAISE_FLOOR, (*bounds, thread.row_id))
    for statement, numbers in (
        (_DELETE_NODES, marked.nodes),
        (_DELETE_CONTENTS, marked.contents),
    ):
        connection.execute(statement, (json.dumps([*numbers]), *bounds))


def _mark(
    connection: SqlConnection,
    thread: Thread,
    codec: Codec,
    references: Iterable[int],
) -> Reachable:
    pairs = {from_reference(thread.row_id, reference) for reference in references}
    nested = {number for number, kind in pairs if kind == NESTED}
    for dump in read_contents(connection, nested).values():
        frame, parts = read_nested(codec, dump)
        inner = (frame, *(reference for _, reference in parts))
        pairs |= {from_reference(thread.row_id, reference) for reference in inner}
    contents = {number for number, kind in pairs if kind in {CONTENT, NESTED}}
    tips = [number for number, kind in pairs if kind not in {CONTENT, NESTED}]
    nodes: set[int] = set()
    for number, content in list_nodes(connection, tips):
        nodes.add(number)
        contents.add(content)
    contents |= _dictionaries(connection, thread)
    return Reachable(contents, nodes)


def _dictionaries(connection: SqlConnection, thread: Thread) -> set[int]:
    counts = connection.execute(
        f"SELECT dictionary FROM checkpoints WHERE space IN ({_SPACES}) "  # noqa: S608
        "UNION SELECT dictionary FROM checkpoint_spaces WHERE thread = $1",
        (thread.row_id,),
    )
    first = thread_range_start(thread.row_id)
    return {first + count for (count,) in counts if count is not None}

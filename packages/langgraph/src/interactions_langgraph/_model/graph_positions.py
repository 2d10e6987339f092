"""Where in a graph a background call is made, so that a second run finds its job.

Equal calls of one run of a node are told apart by counting them, and so are calls that
ask the same and calls with the same list. The counts are kept by run, so that the next
run of the node counts from the beginning and finds the same jobs.
"""

from collections import OrderedDict
from dataclasses import replace
from typing import Final

from langgraph.runtime import ExecutionInfo

from interactions_core.adapter import (
    GraphPosition,
    Lock,
    Question,
    Scope,
    Turn,
    question_of,
    request_fingerprint,
)
from interactions_langgraph._model.graph_run import (
    GraphRun,
    current_execution,
    has_answers,
    namespace_of,
)

_MOST_COUNTS: Final = 30_000
"""Counts that are kept before the least recent are forgotten; three for each call."""

_counts: OrderedDict[tuple[object, ...], int] = OrderedDict()
_lock: Final = Lock()


def with_position(turn: Turn, around: GraphRun) -> Turn:
    """Say where a call is made, unless no second run of the node could come."""
    info = (
        current_execution() if around.saver is not None and around.thread_id else None
    )
    if info is None or not info.checkpoint_id or not info.task_id:
        return turn
    place = GraphPosition(
        namespace_of(info),
        info.checkpoint_id,
        info.task_id,
        _count_call(turn, info),
    )
    return replace(turn, place=place, question=_question(turn, around, info))


def _question(turn: Turn, around: GraphRun, info: ExecutionInfo) -> Question:
    asked = question_of(turn)
    return replace(
        asked,
        run=f"{info.node_first_attempt_time} {info.node_attempt}",
        number=_count(info, "question", asked.digest),
        list_number=_count(info, "list", asked.list_digest),
        resumes=has_answers(around.config),
    )


def _count_call(turn: Turn, info: ExecutionInfo) -> int:
    """Count the equal calls that this run of the node has made before."""
    asked = request_fingerprint(turn, Scope("", turn.session_id, turn.thread_id))
    return _count(info, "call", asked)


def _count(info: ExecutionInfo, kind: str, asked: bytes) -> int:
    run = (info.task_id, info.node_attempt, info.node_first_attempt_time, kind, asked)
    with _lock:
        count = _counts[run] = _counts.get(run, -1) + 1
        _counts.move_to_end(run)
        while len(_counts) > _MOST_COUNTS:
            _counts.popitem(last=False)
    return count

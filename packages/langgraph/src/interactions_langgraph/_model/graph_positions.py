"""Where in a graph a background call is made, so that a second run finds its job.

Equal calls of one run of a node are told apart by counting them. The count is kept by
run, so that the next run of the node counts from the beginning and finds the same jobs.
"""

from collections import OrderedDict
from typing import Final

from langgraph.runtime import ExecutionInfo

from interactions_core.adapter import (
    GraphPosition,
    Lock,
    Scope,
    Turn,
    request_fingerprint,
)
from interactions_langgraph._model.graph_run import (
    GraphRun,
    current_execution,
    namespace_of,
)

_MOST_CALLS: Final = 10_000
"""Calls that are counted before the least recent are forgotten."""

_counts: OrderedDict[tuple[object, ...], int] = OrderedDict()
_lock: Final = Lock()


def graph_position(turn: Turn, around: GraphRun) -> GraphPosition | None:
    """Return where a call is made; `None` if no second run of the node could come."""
    info = (
        current_execution() if around.saver is not None and around.thread_id else None
    )
    if info is None or not info.checkpoint_id or not info.task_id:
        return None
    return GraphPosition(
        namespace_of(info),
        info.checkpoint_id,
        info.task_id,
        _count_call(turn, info),
    )


def _count_call(turn: Turn, info: ExecutionInfo) -> int:
    """Count the equal calls that this run of the node has made before."""
    asked = request_fingerprint(turn, Scope("", turn.session_id, turn.thread_id))
    run = (info.task_id, info.node_attempt, info.node_first_attempt_time, asked)
    with _lock:
        count = _counts[run] = _counts.get(run, -1) + 1
        _counts.move_to_end(run)
        while len(_counts) > _MOST_CALLS:
            _counts.popitem(last=False)
    return count

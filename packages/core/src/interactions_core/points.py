"""The numbered points between which a process may die without losing an answer.

Tests put a hook here that kills the process; in production a point costs one look at
a variable. Nothing else may depend on it.
"""

from collections.abc import Callable
from enum import IntEnum


class Point(IntEnum):
    """Where a background turn has got to.

    Between `INTENDED` and `SUBMITTED` the API leaves a window: whether a run exists
    is not known, and `on_lost_submit` decides. Everywhere else the run is found again.
    """

    PLANNED = 1
    """Nothing is written or sent."""
    INTENDED = 2
    """The intent is in the ledger; the create is about to be sent."""
    ANSWERED = 3
    """The server has named the run; the ledger does not know the name."""
    SUBMITTED = 4
    """The ledger knows the run."""
    LOOKED = 5
    """The run was looked at, or said something."""
    ENDED = 6
    """The run is over and its result is in memory only."""
    KEPT = 7
    """The result is in the ledger."""
    RECORDED = 8
    """The turn is in the session's tree, and paid for in its ledger."""
    HANDED_ON = 9
    """The result is marked as handed on; the framework has not got it."""


hook: Callable[[Point], None] | None = None
"""Called at every point, if it is set."""


def reached(point: Point) -> None:
    """Tell the hook, if there is one."""
    if hook is not None:
        hook(point)

"""The numbered points between which a process may die and nothing is lost.

Tests put a hook here that kills the process; in production a point costs one look at
a variable. Nothing else may depend on it.
"""

from collections.abc import Callable
from enum import IntEnum


class FailPoint(IntEnum):
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
    """The turn is in the session's tree, and paid for in its ledger; an answer is
    marked as handed on in the same transaction."""
    HANDED_ON = 9
    """The result is marked as handed on, if it is a failure too; the framework has not
    got it."""


class DeletionFailPoint(IntEnum):
    """Where the deletion of a thread, or a turn that it overtakes, has got to.

    At every one of them the thread is whole, or each interaction that it had on the
    server is listed for erasure, or gone there.
    """

    BEGUN = 101
    """Nothing is erased."""
    LISTED = 102
    """The rows are erased and the erasures listed, in a transaction that is open."""
    FORGOTTEN = 103
    """The transaction is committed; the server was not asked."""
    CANCELLED = 104
    """The server has cancelled a run, and still has it."""
    ERASED = 105
    """The server has deleted an interaction that is still listed."""
    STRUCK_OFF = 106
    """The interaction is not listed any more."""
    ANSWERED = 107
    """A turn has its answer, which is about to be recorded."""
    LATE = 108
    """The answer was late: its interaction is listed for erasure."""


hook: Callable[[FailPoint | DeletionFailPoint], None] | None = None
"""Called at every point, if it is set."""


def hit(point: FailPoint | DeletionFailPoint) -> None:
    """Tell the hook, if there is one."""
    if hook is not None:
        hook(point)

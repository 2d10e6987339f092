"""What a run may have cost of which nobody has said what it took."""

from interactions_core.background.holding.leased_job import LeasedJob
from interactions_core.records.charges import Unanswered
from interactions_core.records.jobs.job import LOST
from interactions_core.turns.effects import Flow
from interactions_core.turns.keeping.lost_tries import lost_creates, note_unanswered
from interactions_core.turns.spending.budgeted_runs import settle_run


def note_cancelled(work: LeasedJob) -> Flow[bool]:
    """Write down that a run was cancelled of which nobody has said what it took.

    Returns:
        Whether what it took was read since, and is left for the turn to count.
    """
    if work.name in work.run.tally.answered:
        return True
    yield from note_unanswered(work.run, cancelled_run(work))
    yield from settle_run(work.run, work.job.key, is_known=False)
    return False


def note_left_create(work: LeasedJob) -> Flow[None]:
    """Write down that a create may have been billed that whoever sent it has left.

    Tries before it were noted as each of them was lost.
    """
    if work.job.status == LOST:
        return
    yield from note_unanswered(work.run, lost_creates(work.run, 1))
    yield from settle_run(work.run, work.job.key, is_known=False)


def note_gone(work: LeasedJob) -> Flow[None]:
    """Write down that a run may be billed which the service does not know any more."""
    yield from note_unanswered(work.run, lost_creates(work.run, 1, work.name))
    yield from settle_run(work.run, work.job.key, is_known=False)


def cancelled_run(work: LeasedJob) -> Unanswered:
    """Describe a run that was cancelled."""
    return Unanswered(
        target=work.job.target,
        at=work.run.now(),
        what="cancelled",
        interaction_id=work.job.interaction_id,
    )

"""What a run may have cost of which nobody has said what it took."""

import logging
from typing import Final

from interactions_core.background.holding.leased_job import LeasedJob
from interactions_core.exceptions import StoreError
from interactions_core.logs import bare_error, log_fields
from interactions_core.records.charges import Unanswered
from interactions_core.turns.effects import Flow, store_call
from interactions_core.turns.spending.budgeted_runs import settle_run

logger: Final = logging.getLogger("interactions_core")


def note_cancelled(work: LeasedJob) -> Flow[bool]:
    """Write down that a run was cancelled of which nobody has said what it took.

    Returns:
        Whether what it took was read since, and is left for the turn to count.
    """
    if work.name in work.run.tally.answered:
        return True
    yield from _noted_unanswered(work, cancelled_run(work))
    yield from settle_run(work.run, work.job.key, is_known=False)
    return False


def note_lost(work: LeasedJob) -> Flow[None]:
    """Write down that a create may have been billed of which nobody knows."""
    yield from _noted_unanswered(work, lost_create(work))
    yield from settle_run(work.run, work.job.key, is_known=False)


def _noted_unanswered(work: LeasedJob, lost: Unanswered) -> Flow[None]:
    store, scope = work.run.records.store, work.run.records.scope
    try:
        yield from store_call(lambda: store.note_unanswered(scope, lost))
    except StoreError as error:
        logger.exception(
            "what job %s may have cost is not noted",
            work.job.key,
            extra=log_fields("unanswered_not_noted", work.job.known, error=error),
            exc_info=bare_error(error),
        )


def lost_create(work: LeasedJob) -> Unanswered:
    """Describe creates of which nobody knows whether they began a run."""
    creates = max(1, work.run.tally.maybe_billed)
    return Unanswered(
        target=work.job.target, at=work.run.now(), what="lost", creates=creates
    )


def cancelled_run(work: LeasedJob) -> Unanswered:
    """Describe a run that was cancelled."""
    return Unanswered(
        target=work.job.target,
        at=work.run.now(),
        what="cancelled",
        interaction_id=work.job.interaction_id,
    )

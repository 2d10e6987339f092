"""What is written down of a job whose turn is left, by how far the turn was."""

from collections.abc import Callable
from dataclasses import replace

from interactions_core.background.holding.leased_job import (
    LeasedJob,
    as_consumed,
    log_outdated,
)
from interactions_core.background.holding.unanswered import cancelled_run
from interactions_core.exceptions import StoreError
from interactions_core.records.jobs.job import LOST
from interactions_core.turns.keeping.lost_tries import lost_creates
from interactions_core.turns.spending.budgeted_runs import settle_abandoned


def on_abandon(work: LeasedJob, how: str) -> Callable[[], object]:
    """Return what writes down that a turn was left: how depends on how far it was."""
    store, tally = work.run.records.store, work.run.tally

    def write() -> None:
        job, now = work.job, work.run.now()
        try:
            if how == "forgotten":
                store.delete_job(job.key)
            elif how == "cancelled":
                store.update_job(as_consumed(job, now, "cancelled"))
                store.note_unanswered(work.run.records.scope, cancelled_run(work))
                settle_abandoned(work.run, job.key)
            else:
                status = LOST if how == LOST else job.status
                store.update_job(
                    replace(job, status=status, lease_until=0.0, updated_at=now)
                )
                # Between two tries there is none but those that are noted.
                if how == LOST and (tally.in_flight or not tally.noted):
                    lost = lost_creates(work.run, 1)
                    store.note_unanswered(work.run.records.scope, lost)
                if how == LOST:
                    settle_abandoned(work.run, job.key)
        except StoreError as error:
            log_outdated(job, error)

    return write

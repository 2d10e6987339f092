"""A job while a turn holds it, and its row while that can be written.

Once a run exists, a ledger that cannot be written ends no turn: the error is logged,
and the answer is handed on. The job's row is then out of date: if this process dies,
the next one may know neither the run's id nor that it has ended.
"""

import logging
from dataclasses import dataclass, replace
from typing import Final

from interactions_core.exceptions import StoreError
from interactions_core.logs import bare_error, log_fields
from interactions_core.records.jobs.job import CONSUMED_KEPT_S, Job
from interactions_core.turns.context import TurnContext
from interactions_core.turns.effects import Flow, store_call

logger: Final = logging.getLogger("interactions_core")


@dataclass(slots=True)
class LeasedJob:
    """A job that this process holds, and the turn that waits for it.

    Attributes:
        run: The turn.
        job: The job, as it was last written.
    """

    run: TurnContext
    job: Job

    @property
    def name(self) -> str:
        """The run's id."""
        return self.job.interaction_id

    def age_s(self) -> float:
        """Return how long ago the intent was written, in seconds."""
        return self.run.now() - self.job.created_at


def as_consumed(job: Job, now: float, status: str = "") -> Job:
    """Return a job that was consumed."""
    return replace(
        job,
        status=status or job.status,
        updated_at=now,
        lease_until=0.0,
        consumed_at=now,
        forget_at=now + CONSUMED_KEPT_S,
        plan={},
        result={},
    )


def update_job(work: LeasedJob, **changes: object) -> Flow[bool]:
    """Change a job; false if it is not this process's any more."""
    # Only names of fields are passed, each with a value of its type.
    job = replace(work.job, updated_at=work.run.now(), **changes)  # pyright: ignore[reportArgumentType]
    return (yield from keep_job(work, job))


def move_job(work: LeasedJob, job: Job) -> Flow[None]:
    """Give a job to the call that goes on with it."""
    store = work.run.records.store
    work.job = job
    try:
        yield from store_call(lambda: store.move_job(job))
    except StoreError as error:
        log_outdated(job, error)


def keep_job(work: LeasedJob, job: Job) -> Flow[bool]:
    """Write a job down as it is from now on; false if it is not this process's."""
    work.job, store = job, work.run.records.store
    try:
        return (yield from store_call(lambda: store.update_job(job)))
    except StoreError as error:
        log_outdated(job, error)
        return True


def log_outdated(job: Job, error: StoreError) -> None:
    """Say that the row of a job is behind what is known of it."""
    logger.error(
        "job %s (%s) is out of date",
        job.key,
        job.interaction_id or "no run yet",
        extra=log_fields("job_out_of_date", job.known, error=error),
        exc_info=bare_error(error),
    )

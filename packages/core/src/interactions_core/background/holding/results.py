"""The result of a run: kept until it is consumed, handed on, and done with."""

from dataclasses import replace

from interactions_core.background.holding.abandoning import on_abandon
from interactions_core.background.holding.leased_job import (
    LeasedJob,
    as_consumed,
    keep_job,
    update_job,
)
from interactions_core.background.holding.unanswered import note_cancelled
from interactions_core.canonical import JsonObject
from interactions_core.exceptions import OutcomeError, UnknownStatusError
from interactions_core.process.failpoints import FailPoint, hit
from interactions_core.records.jobs.job import HANDED_ON_KEPT_S, Job
from interactions_core.secret_options import without_settings
from interactions_core.turns.effects import Flow, set_cleanup
from interactions_core.turns.spending.budgeted_runs import settle_run


def record_result(work: LeasedJob, interaction: JsonObject) -> Flow[None]:
    """Keep the result until it is consumed."""
    hit(FailPoint.ENDED)
    yield from set_cleanup("", on_abandon(work, "free"))
    yield from update_job(
        work,
        status=str(interaction.get("status") or ""),
        result=without_settings(interaction),
    )
    hit(FailPoint.KEPT)


def as_handed_on(job: Job, failure: OutcomeError | None, now: float) -> Job:
    """Return a job whose result the caller has, or of whose failure it has heard.

    In a graph the result stays usable until the thread has a later checkpoint; an
    unknown status may become a known one. Everything else is consumed.
    """
    if isinstance(failure, UnknownStatusError):
        return replace(job, updated_at=now, lease_until=0.0, result={})
    if failure is not None or job.place is None:
        return as_consumed(job, now)
    return replace(
        job,
        updated_at=now,
        lease_until=0.0,
        handed_on_at=now,
        forget_at=now + HANDED_ON_KEPT_S,
    )


def mark_handed_on(work: LeasedJob, job: Job, *, is_written: bool) -> Flow[None]:
    """Write down that the caller has the result, or has heard of the failure.

    Args:
        work: The job, with its result.
        job: As `as_handed_on` says that it is from then on.
        is_written: Whether that was written with the record of the answer.
    """
    hit(FailPoint.RECORDED)
    if is_written:
        work.job = job
    else:
        yield from keep_job(work, job)
    yield from set_cleanup("")
    hit(FailPoint.HANDED_ON)


def mark_consumed(work: LeasedJob, status: str = "") -> Flow[None]:
    """Be done with a job; the row stays for a while, without its content."""
    yield from keep_job(work, as_consumed(work.job, work.run.now(), status))


def mark_cancelled(work: LeasedJob) -> Flow[None]:
    """Be done with a job whose run was cancelled."""
    yield from mark_consumed(work, "cancelled")
    if (yield from note_cancelled(work)):
        yield from settle_run(work.run, work.job.key, is_known=True)

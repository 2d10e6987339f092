"""A job while a turn holds it: its row and its lease. Others are taken in `claims`.

Once a run exists, a ledger that cannot be written ends no turn: the error is logged,
and the answer is handed on. The job's row is then out of date: if this process dies,
the next one may know neither the run's id nor that it has ended.
"""

import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from interactions_core.background.saved_plans import plan_json
from interactions_core.canonical import JsonObject
from interactions_core.exceptions import (
    JobCancelledError,
    JobTakenOverError,
    LostSubmitError,
    OutcomeError,
    RequestError,
    StoreError,
    UnknownStatusError,
)
from interactions_core.logs import bare_error, log_fields
from interactions_core.mapping.planning import Plan
from interactions_core.process.counters import count
from interactions_core.process.failpoints import FailPoint, hit
from interactions_core.process.owners import process_id
from interactions_core.records.charges import Unanswered
from interactions_core.records.jobs.job import (
    CONSUMED_KEPT_S,
    HANDED_ON_KEPT_S,
    INTENT,
    LEASE_S,
    LOST,
    Job,
    noted,
    request_fingerprint,
)
from interactions_core.records.jobs.job_looks import as_answered, as_failed
from interactions_core.secret_options import without_settings
from interactions_core.turns.context import TurnContext
from interactions_core.turns.effects import Flow, set_cleanup, store_call
from interactions_core.turns.spending.budgeted_runs import settle_abandoned, settle_run

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


def record_intent(run: TurnContext, plan: Plan) -> Flow[LeasedJob]:
    """Write down that a create is about to be sent.

    Raises:
        StoreError: That cannot be written; nothing was sent.
    """
    hit(FailPoint.PLANNED)
    now, scope = run.now(), run.records.scope
    job = Job(
        key=f"job_{uuid.uuid4().hex}",
        scope=scope,
        call_digest=request_fingerprint(run.turn, scope),
        target=run.turn.target_name,
        place=run.turn.place,
        question=run.turn.question,
        trace=run.tally.watch.trace(),
        interrupts=run.tally.interrupts,
        created_at=now,
        updated_at=now,
        deadline_at=now + run.deadline_s,
        forget_at=now + run.policy.retention_s,
        owner=process_id(),
        lease_until=now + LEASE_S,
        plan=plan_json(plan),
    )
    work, run.tally.job = LeasedJob(run, job), job.key
    store = run.records.store
    yield from set_cleanup("", on_abandon(work, "forgotten"))
    if not (yield from store_call(lambda: store.add_job(job, began=run.records.began))):
        yield from set_cleanup("")
        reason = "its thread was deleted before the run was begun; nothing was sent"
        raise JobCancelledError(job.interaction_id, "cancelled", reason)
    yield from set_cleanup("", on_abandon(work, LOST))
    hit(FailPoint.INTENDED)
    return work


def record_resubmit(work: LeasedJob, plan: Plan) -> Flow[None]:
    """Write down that a create is about to be sent again, perhaps in another form."""
    yield from update_job(
        work,
        status=INTENT,
        interaction_id="",
        plan=plan_json(plan),
    )
    yield from set_cleanup("", on_abandon(work, LOST))
    hit(FailPoint.INTENDED)


def record_submitted(work: LeasedJob, interaction: JsonObject) -> Flow[None]:
    """Write down which run it is."""
    hit(FailPoint.ANSWERED)
    name = str(interaction.get("id") or "")
    # Before the ledger is written: a turn that is cancelled from here on knows the id
    # of the run that is to be cancelled with it.
    work.job = replace(work.job, interaction_id=name)
    yield from set_cleanup(name, on_abandon(work, "cancelled"))
    if not (
        yield from update_job(
            work,
            status=noted(interaction),
            attempts=work.run.tally.attempts,
            look=as_answered(work.run.now()),
        )
    ):
        # Whoever took over may have given the create up as lost.
        job, store, now = work.job, work.run.records.store, work.run.now()
        yield from store_call(lambda: store.note_status(job, job.status, now=now))
        yield from raise_displaced(work)
    hit(FailPoint.SUBMITTED)


def renew_lease(work: LeasedJob) -> Flow[None]:
    """Make sure that the lease lasts for a while.

    Raises:
        JobCancelledError: The job was deleted, with its thread for instance.
        JobTakenOverError: Somebody else waits for the run.
    """
    now = work.run.now()
    if work.job.lease_until - now > LEASE_S / 2:
        return
    job, store, until = work.job, work.run.records.store, now + LEASE_S
    try:
        kept = yield from store_call(
            lambda: store.renew_job(
                job.key, job.owner, now=now, until=until, look=job.look
            )
        )
    except StoreError as error:
        logger.exception(
            "the lease of %s was not renewed",
            job.key,
            extra=log_fields("lease_not_renewed", job.known, error=error),
            exc_info=bare_error(error),
        )
        return
    work.job = replace(job, lease_until=until)
    if not kept:
        yield from raise_displaced(work)


def note_look(work: LeasedJob, error: RequestError | None = None) -> None:
    """Keep in mind what a look at the run came to, until the job is written next.

    Args:
        work: The job.
        error: Why the look failed; `None` for one that was answered.
    """
    now = work.run.now()
    look = (
        as_answered(now)
        if error is None
        else as_failed(work.job.look, error.status_code, now)
    )
    work.job = replace(work.job, look=look)


def raise_displaced(work: LeasedJob) -> Flow[None]:
    """Say why a job is no longer this process's."""
    key, store = work.job.key, work.run.records.store
    job = yield from store_call(lambda: store.get_job(key))
    if job is None:
        yield from _listed(work)
        reason = "its job was deleted while it ran, and it was cancelled"
        raise JobCancelledError(work.name, "cancelled", reason)
    yield from set_cleanup("")
    raise JobTakenOverError(work.name, str(job.status))


def _listed(work: LeasedJob) -> Flow[None]:
    """List a run for erasure whose thread was deleted while it went on."""
    records, made_at = work.run.records, work.job.created_at
    store, scope, name = records.store, records.scope, work.name
    try:
        yield from store_call(
            lambda: store.note_late(
                scope, name, records.began, is_running=True, created_at=made_at
            )
        )
    except StoreError as error:
        logger.exception(
            "run %s is not listed for erasure",
            name,
            extra=log_fields("erasure_not_listed", work.job.known, error=error),
            exc_info=bare_error(error),
        )


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
        yield from _kept(work, job)
    yield from set_cleanup("")
    hit(FailPoint.HANDED_ON)


def mark_consumed(work: LeasedJob, status: str = "") -> Flow[None]:
    """Be done with a job; the row stays for a while, without its content."""
    yield from _kept(work, as_consumed(work.job, work.run.now(), status))


def mark_cancelled(work: LeasedJob) -> Flow[None]:
    """Be done with a job whose run was cancelled."""
    yield from mark_consumed(work, "cancelled")
    if (yield from note_cancelled(work)):
        yield from settle_run(work.run, work.job.key, is_known=True)


def note_cancelled(work: LeasedJob) -> Flow[bool]:
    """Write down that a run was cancelled of which nobody has said what it took.

    Returns:
        Whether what it took was read since, and is left for the turn to count.
    """
    if work.name in work.run.tally.answered:
        return True
    yield from _noted_unanswered(work, _cancelled_run(work))
    yield from settle_run(work.run, work.job.key, is_known=False)
    return False


def release_lease(work: LeasedJob, status: str = "") -> Flow[None]:
    """Leave a job to whoever asks next."""
    yield from update_job(work, lease_until=0.0, status=status or work.job.status)
    yield from set_cleanup("")


def delete_intent(work: LeasedJob) -> Flow[None]:
    """Forget a job of which the server has said that it never began."""
    key, store = work.job.key, work.run.records.store
    work.run.tally.job = ""
    yield from store_call(lambda: store.delete_job(key))
    yield from set_cleanup("")


def mark_submit_lost(work: LeasedJob) -> Flow[LostSubmitError]:
    """Write down that nobody knows whether the run exists, and say so."""
    was_told = work.job.status == LOST
    yield from release_lease(work, LOST)
    if not was_told:
        count("lost_submit")
        yield from note_lost(work)
    return LostSubmitError(work.job.key)


def note_lost(work: LeasedJob) -> Flow[None]:
    """Write down that a create may have been billed of which nobody knows."""
    yield from _noted_unanswered(work, _lost_create(work))
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


def _lost_create(work: LeasedJob) -> Unanswered:
    creates = max(1, work.run.tally.maybe_billed)
    return Unanswered(
        target=work.job.target, at=work.run.now(), what="lost", creates=creates
    )


def _cancelled_run(work: LeasedJob) -> Unanswered:
    return Unanswered(
        target=work.job.target,
        at=work.run.now(),
        what="cancelled",
        interaction_id=work.job.interaction_id,
    )


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
    return (yield from _kept(work, job))


def move_job(work: LeasedJob, job: Job) -> Flow[None]:
    """Give a job to the call that goes on with it."""
    store = work.run.records.store
    work.job = job
    try:
        yield from store_call(lambda: store.move_job(job))
    except StoreError as error:
        _log_outdated(job, error)


def _kept(work: LeasedJob, job: Job) -> Flow[bool]:
    work.job, store = job, work.run.records.store
    try:
        return (yield from store_call(lambda: store.update_job(job)))
    except StoreError as error:
        _log_outdated(job, error)
        return True


def _log_outdated(job: Job, error: StoreError) -> None:
    logger.error(
        "job %s (%s) is out of date",
        job.key,
        job.interaction_id or "no run yet",
        extra=log_fields("job_out_of_date", job.known, error=error),
        exc_info=bare_error(error),
    )


def on_abandon(work: LeasedJob, how: str) -> Callable[[], object]:
    """Return what writes down that a turn was left: how depends on how far it was."""
    store = work.run.records.store

    def write() -> None:
        job, now = work.job, work.run.now()
        try:
            if how == "forgotten":
                store.delete_job(job.key)
            elif how == "cancelled":
                store.update_job(as_consumed(job, now, "cancelled"))
                store.note_unanswered(work.run.records.scope, _cancelled_run(work))
                settle_abandoned(work.run, job.key)
            else:
                status = LOST if how == LOST else job.status
                store.update_job(
                    replace(job, status=status, lease_until=0.0, updated_at=now)
                )
                if how == LOST:
                    store.note_unanswered(work.run.records.scope, _lost_create(work))
                    settle_abandoned(work.run, job.key)
        except StoreError as error:
            _log_outdated(job, error)

    return write

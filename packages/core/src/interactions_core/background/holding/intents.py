"""A create about to be sent, and what becomes of it: a run, nothing, or nobody knows."""

import uuid
from dataclasses import replace

from interactions_core.background.holding.abandoning import on_abandon
from interactions_core.background.holding.leased_job import LeasedJob, update_job
from interactions_core.background.holding.leases import raise_displaced, release_lease
from interactions_core.background.saved_plans import plan_json
from interactions_core.canonical import JsonObject
from interactions_core.exceptions import (
    JobCancelledError,
    LostSubmitError,
    NetworkError,
    RequestError,
)
from interactions_core.mapping.planning import Plan
from interactions_core.process.counters import count
from interactions_core.process.failpoints import FailPoint, hit
from interactions_core.process.owners import process_id
from interactions_core.records.jobs.job import (
    INTENT,
    LEASE_S,
    LOST,
    Job,
    noted,
    request_fingerprint,
)
from interactions_core.records.jobs.job_looks import as_answered
from interactions_core.turns.context import TurnContext
from interactions_core.turns.effects import Flow, set_cleanup, store_call
from interactions_core.turns.spending.budgeted_runs import settle_run


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
    work.run.tally.in_flight = False
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


def delete_intent(work: LeasedJob) -> Flow[None]:
    """Forget a job of which the server has said that it never began."""
    key, store = work.job.key, work.run.records.store
    work.run.tally.job = ""
    yield from store_call(lambda: store.delete_job(key))
    yield from set_cleanup("")


def mark_submit_lost(
    work: LeasedJob, error: RequestError | None = None
) -> Flow[LostSubmitError]:
    """Write down that nobody knows whether the run exists, and say so.

    Args:
        work: The job.
        error: What its create has come to; `None` where nobody has heard.
    """
    was_told = work.job.status == LOST
    yield from release_lease(work, LOST)
    if not was_told:
        count("lost_submit")
        yield from settle_run(work.run, work.job.key, is_known=False)
    answered = isinstance(error, NetworkError) and error.answered
    came = (
        f"HTTP {error.status_code}: {error.api_message}" if error and answered else ""
    )
    return LostSubmitError(work.job.key, came=came)

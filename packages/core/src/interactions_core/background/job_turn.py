"""Take a turn in the background: find its job or begin one, and wait for the end.

Every state that the turn passes through is in the ledger before the next one begins,
so that another process can go on from there.
"""

import logging
import weakref
from dataclasses import dataclass
from typing import Final, cast

from interactions_core.background.claims import claim_job, find_interrupted_job
from interactions_core.background.follow import (
    poll_until_done,
    resume_answer,
    stream_answer,
)
from interactions_core.background.holding.abandoning import on_abandon
from interactions_core.background.holding.intents import mark_submit_lost
from interactions_core.background.holding.leased_job import LeasedJob, update_job
from interactions_core.background.holding.leases import release_lease
from interactions_core.background.holding.results import (
    as_handed_on,
    mark_consumed,
    mark_handed_on,
)
from interactions_core.background.holding.unanswered import note_left_create
from interactions_core.background.poll import first_poll, is_there_again
from interactions_core.background.saved_plans import plan_of
from interactions_core.background.submit import SubmittedJob, leave_rerooted, submit_job
from interactions_core.exceptions import DeadlineExceededError, InteractionsError
from interactions_core.logs import log_fields
from interactions_core.mapping.planning import Plan
from interactions_core.protocol.statuses import goes_on, is_known
from interactions_core.records.jobs.job import GONE, noted
from interactions_core.records.turn import Reply
from interactions_core.stores.protocols.sessions import SessionStore
from interactions_core.transcript.replies import says_something
from interactions_core.turns.context import TurnContext
from interactions_core.turns.effects import Flow, set_cleanup, store_call
from interactions_core.turns.keeping.handing_on import find_owed, kept_reply
from interactions_core.turns.keeping.recording import record_turn
from interactions_core.turns.own_names import own_named, with_own_names
from interactions_core.turns.receiving.answers import Answer
from interactions_core.turns.receiving.outcomes import outcome_error
from interactions_core.turns.receiving.rerooting import RerootedError
from interactions_core.turns.sending.ask_separately import (
    count_separately,
    leave_owed,
    mark_told,
)
from interactions_core.turns.spending.budgeted_runs import settle_run
from interactions_core.turns.spending.metering import metered

logger: Final = logging.getLogger("interactions_core")

_warned: "weakref.WeakSet[SessionStore]" = weakref.WeakSet()


@dataclass(frozen=True, slots=True)
class Suspended:
    """What a call that does not wait finds.

    Attributes:
        job_key: The job.
        interaction_id: The run.
        interrupts: How many times the call has interrupted its graph, counting the
            interrupt that is due now.
        reply: The reply, if the run is over; then no interrupt is due.
    """

    job_key: str
    interaction_id: str
    interrupts: int
    reply: Reply | None = None


def take_job(run: TurnContext, *, stream: bool) -> Flow[Reply | None]:
    """Answer one message list in the background.

    Returns:
        The reply, recorded; `None` if the model takes no background and the turn may
        do without.

    Raises:
        LostSubmitError: It is not known whether the run exists.
        ChangedCallError: There is a run of this call from before it changed.
        RequestError: The API refused; nothing runs. Or the run cannot be read; then
            its job is kept.
        OutcomeError: The run ended, but not usefully.
        StoreError: The intent could not be written; nothing was sent.
    """
    _warn_of_memory(run.records.store)
    left: RerootedError | None = None
    work = yield from _claim_or_raise(run)
    if work is not None:
        plan = yield from _resume(work)
        left = yield from leave_rerooted(work, plan)
        if left is None:
            answer = yield from resume_answer(work, stream=stream)
            return (yield from _record_and_hand_on(work, plan, answer))
    reply = yield from _owed_reply(run, stream=stream)
    if reply is not None:
        return reply
    begun = yield from submit_job(run, stream=stream, left=left)
    if begun is None:
        return None
    if begun.listener is not None:
        answer = yield from stream_answer(begun.work, begun.listener)
    else:
        answer = yield from poll_until_done(begun.work, begun.interaction)
    return (yield from _record_and_hand_on(begun.work, begun.plan, answer))


def interrupted_job(run: TurnContext) -> Flow[Suspended | None]:
    """Say how often this call has interrupted its graph; `None` for never."""
    job = yield from find_interrupted_job(run)
    if job is None:
        return None
    return Suspended(job.key, job.interaction_id, job.interrupts)


def suspend_job(run: TurnContext) -> Flow[Suspended]:
    """Submit a run, or look at it once; never wait for it.

    Raises:
        InteractionsError: As `take_job`.
    """
    return metered(with_own_names(_suspended(run), run.turn), run.tally)


def _suspended(run: TurnContext) -> Flow[Suspended]:
    work = yield from _claim_or_raise(run)
    plan = (yield from _resume(work)) if work is not None else None
    left: RerootedError | None = None
    if work is not None and plan is not None:
        left = yield from leave_rerooted(work, plan)
    if work is None or plan is None or left is not None:
        begun = yield from submit_job(run, stream=False, left=left)
        # Only a turn that does not suspend may be answered at once.
        begun = cast("SubmittedJob", begun)
        plan, work, interaction = begun.plan, begun.work, begun.interaction
    elif work.job.result:
        interaction = own_named(work.job.result, run.turn)
    else:
        interaction = yield from first_poll(work)
    late, status = run.now() >= work.job.deadline_at, interaction.get("status")
    if not goes_on(status) or (late and not is_known(status)):
        answer = yield from poll_until_done(work, interaction)
        reply = yield from _record_and_hand_on(work, plan, answer)
        yield from mark_told(run)
        return Suspended(work.job.key, work.name, work.job.interrupts, reply)
    if late:
        yield from set_cleanup(work.name, on_abandon(work, "cancelled"))
        raise DeadlineExceededError(work.name, run.deadline_s)
    yield from update_job(work, interrupts=work.job.interrupts + 1)
    yield from release_lease(work, noted(interaction))
    yield from leave_owed(run, counted=False)
    return Suspended(work.job.key, work.name, work.job.interrupts)


def _claim_or_raise(run: TurnContext) -> Flow[LeasedJob | None]:
    """Take over a job; one of which nobody knows is told, or begun anew.

    Anew is a job of its own: it has all its time, and what is heard of the run before
    is not taken for news of this one.
    """
    work = yield from claim_job(run)
    if work is not None and work.job.status == GONE:
        work = work if (yield from is_there_again(work)) else None
    if work is None or work.name:
        return work
    if run.policy.resubmits:
        yield from _check_create(work)
        run.tally.interrupts = work.job.interrupts
        yield from note_left_create(work)
        yield from mark_consumed(work)
        return None
    run.tally.watch.note_resumed(work.job)
    yield from note_left_create(work)
    raise (yield from mark_submit_lost(work))


def _check_create(work: LeasedJob) -> Flow[None]:
    """Leave a job to whoever asks next where no other can be begun for it."""
    try:
        work.run.check_create()
    except InteractionsError:
        yield from release_lease(work)
        raise


def _owed_reply(run: TurnContext, *, stream: bool) -> Flow[Reply | None]:
    """Return what an earlier call has paid for and was not given."""
    if run.turn.place is not None:
        return None
    store, scope = run.records.store, run.records.scope
    digest = run.turn.transcript.request_digest
    found = run.records.first.known([digest])
    if found is None:
        found = yield from store_call(lambda: store.find(scope, [digest]))
    owed = find_owed(run, found.get(digest, ()))
    if owed is None:
        return None
    yield from count_separately(run)
    return (yield from kept_reply(run, owed, stream=stream))


def _resume(work: LeasedJob) -> Flow[Plan]:
    logger.info(
        "job %s: going on with %s",
        work.job.key,
        work.name,
        extra=log_fields("job_resumed", work.job.known),
    )
    work.run.tally.attempts = work.job.attempts
    work.run.tally.watch.note_resumed(work.job)
    yield from count_separately(work.run)
    plan = yield from plan_of(work.run, work.job)
    work.run.tally.plan = plan
    return plan


def _record_and_hand_on(work: LeasedJob, plan: Plan, answer: Answer) -> Flow[Reply]:
    """Record what came of a run and hand it on."""
    failure = outcome_error(
        answer.interaction, answer.steps, returns_empty=work.run.policy.returns_empty
    )
    job = as_handed_on(work.job, failure, work.run.now())
    # Of what is no answer the job says what it came to, until that was told.
    rides = failure is None and says_something(answer.steps)
    reply = yield from record_turn(
        work.run, plan, answer, failure, job if rides else None
    )
    yield from settle_run(work.run, work.job.key, is_known=True)
    yield from mark_handed_on(work, job, is_written=rides and bool(reply.key))
    if failure is not None:
        raise failure
    return reply


def _warn_of_memory(store: SessionStore) -> None:
    if store.blocking or store in _warned:
        return
    _warned.add(store)
    logger.warning(
        "background jobs in %s are lost with this process: give `sessions` a file "
        "or a database, and they are found again",
        store.url,
        extra=log_fields("jobs_in_memory"),
    )

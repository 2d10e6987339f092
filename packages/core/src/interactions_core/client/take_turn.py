"""Take one turn: plan, send, recover once where that helps, and record.

A turn is a generator over effects: it decides everything and does nothing itself.
"""

from interactions_core.background.job_turn import Suspended, suspend_job, take_job
from interactions_core.records.turn import Reply
from interactions_core.tracing.traced import traced
from interactions_core.transcript.streaming import TextDelta
from interactions_core.turns.context import TurnContext
from interactions_core.turns.effects import Flow, show
from interactions_core.turns.keeping.form_memory import recall_form
from interactions_core.turns.keeping.handing_on import (
    find_owed,
    give_back,
    handed_on,
    kept_reply,
)
from interactions_core.turns.keeping.recording import record_turn
from interactions_core.turns.lookup import find_plan
from interactions_core.turns.own_names import with_own_names
from interactions_core.turns.receiving.outcomes import outcome_error
from interactions_core.turns.sending.ask_separately import (
    ask_separately,
    count_separately,
    leave_owed,
    mark_told,
)
from interactions_core.turns.sending.send_plan import send_plan
from interactions_core.turns.spending.metering import metered


def take_turn(run: TurnContext, *, stream: bool = False) -> Flow[object]:
    """Answer one message list; reply and errors carry all that was answered.

    Args:
        run: What is asked, where to look and to record, and how to behave.
        stream: Whether to show events while the answer goes on.

    Returns:
        What the framework is given of the reply, which is recorded.

    Raises:
        RequestError: The API refused, after whatever recovery was possible.
        OutcomeError: The API answered, but not usefully.
        StoreError: The session store could not be read; nothing was sent.
        Exception: Whatever refused the reply; the next equal call is given it.
    """
    taken = with_own_names(_settled(run, stream=stream), run.turn)
    return traced(metered(taken, run.tally), run, stream=stream)


def suspend_turn(run: TurnContext) -> Flow[Suspended]:
    """Submit a run, or look at it once; never wait for it.

    Raises:
        InteractionsError: As `take_turn`.
    """
    return traced(suspend_job(run), run)


def _settled(run: TurnContext, *, stream: bool) -> Flow[object]:
    """Take a turn; what was asked separately is used up with it, or left to another."""
    try:
        given = yield from _taken(run, stream=stream)
    except GeneratorExit:
        raise
    except BaseException:
        yield from leave_owed(run, counted=True)
        raise
    yield from mark_told(run)
    return given


def _taken(run: TurnContext, *, stream: bool) -> Flow[object]:
    reply: Reply | None = None
    if run.turn.background:
        reply = yield from take_job(run, stream=stream)
        run = run if reply is not None else run.in_foreground()
    if reply is None:
        reply = yield from _take_at_once(run, stream=stream)
    if stream and reply.note:
        yield from show(TextDelta(len(reply.steps), reply.note))
    return (yield from handed_on(run, reply))


def _take_at_once(run: TurnContext, *, stream: bool) -> Flow[Reply]:
    """Answer one message list in the foreground."""
    run.tally.watch.begin_create()
    plan, evidence = yield from find_plan(run.turn, run.records, run.now())
    owed = find_owed(run, evidence.tries())
    if owed is not None:
        yield from count_separately(run)
        reply = yield from kept_reply(run, owed, stream=stream)
        if reply is not None:
            return reply
    run.check_create()
    told = yield from ask_separately(run)
    if told.turn.asides:
        run = told
        plan, evidence = yield from find_plan(run.turn, run.records, run.now())
    plan = yield from recall_form(run, plan, evidence)
    plan, answer = yield from send_plan(run, plan, evidence, stream=stream)
    failure = outcome_error(
        answer.interaction, answer.steps, returns_empty=run.policy.returns_empty
    )
    reply = yield from record_turn(run, plan, answer, failure)
    if answer.failure is not None:
        yield from give_back(run, reply)
        raise answer.failure
    if failure is not None:
        raise failure
    return reply

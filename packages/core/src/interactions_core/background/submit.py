"""Begin a run in the background: the intent first, then the create.

What is known of the run is in the ledger before anything else happens.
"""

import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar, cast

from interactions_core.background.follow import SILENCE_S
from interactions_core.background.holding.intents import (
    delete_intent,
    mark_submit_lost,
    record_intent,
    record_resubmit,
    record_submitted,
)
from interactions_core.background.holding.leased_job import LeasedJob
from interactions_core.background.holding.results import mark_cancelled
from interactions_core.background.holding.unanswered import note_cancelled
from interactions_core.background.listen import Listener, named
from interactions_core.canonical import JsonObject
from interactions_core.exceptions import (
    InteractionsError,
    InvalidRequestError,
    NetworkError,
    RequestError,
)
from interactions_core.mapping.matching import Candidates
from interactions_core.mapping.planning import Plan
from interactions_core.protocol.refusals import network_error as unanswered
from interactions_core.protocol.retries import is_lost
from interactions_core.requests.bodies import request_body
from interactions_core.transcript.streaming import StreamEvent
from interactions_core.turns.context import TurnContext
from interactions_core.turns.effects import (
    Flow,
    create,
    fetch,
    give_up,
    open_stream,
    set_cleanup,
    show,
)
from interactions_core.turns.keeping.form_memory import (
    ask_at_once,
    is_known_to_refuse_background,
    recall_form,
)
from interactions_core.turns.lookup import find_plan
from interactions_core.turns.receiving.answers import check_told
from interactions_core.turns.receiving.rerooting import RerootedError, root_check
from interactions_core.turns.sending.ask_separately import ask_separately
from interactions_core.turns.sending.send import (
    is_fresh,
    plan_recovery,
    with_retries,
)
from interactions_core.turns.spending.budgeted_runs import budgeted_run

T = TypeVar("T")

METADATA_KEY: Final = "interactions_job"
"""Under which a webhook's `user_metadata` names the job."""

_NO_BACKGROUND: Final = re.compile(
    "does not support (using )?background", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class SubmittedJob:
    """A run that was just begun.

    Attributes:
        plan: What it was begun with.
        work: Its job.
        interaction: What the server said of it.
        listener: Its stream, where it has one.
    """

    plan: Plan
    work: LeasedJob
    interaction: JsonObject
    listener: Listener | None = None


def submit_job(
    run: TurnContext, *, stream: bool, left: RerootedError | None = None
) -> Flow[SubmittedJob | None]:
    """Write the intent and send the create, anew where one replay helps.

    Args:
        run: The turn.
        stream: Whether to listen to the run.
        left: What `leave_rerooted` has said of an earlier run of this call.

    Returns:
        The run; `None` if the model takes no background and the turn may do without.

    Raises:
        LostSubmitError: It is not known whether the run exists.
        RequestError: The API refused; nothing runs.
        StoreError: The intent could not be written; nothing was sent.
    """
    if run.turn.foreground_ok and (yield from is_known_to_refuse_background(run)):
        ask_at_once(run, is_refusal=False)
        return None
    run.check_create()
    run.tally.watch.begin_create()
    run = yield from ask_separately(run)
    plan, evidence = yield from _find_plan(run, left)
    work = yield from record_intent(run, plan)
    while True:
        try:
            return (yield from _send_create(work, plan, stream=stream))
        except InteractionsError as error:
            yield from _check_lost(work, error)
            if _may_answer_at_once(run, error):
                yield from delete_intent(work)
                ask_at_once(run, is_refusal=True)
                return None
            try:
                plan, evidence = yield from plan_recovery(run, error, plan, evidence)
            except InteractionsError:
                yield from delete_intent(work)
                raise
        yield from record_resubmit(work, plan)


def _find_plan(
    run: TurnContext, left: RerootedError | None
) -> Flow[tuple[Plan, Candidates]]:
    """Plan a run, around what an earlier one of the same call has met."""
    plan, evidence = yield from find_plan(run.turn, run.records, run.now())
    plan = yield from recall_form(run, plan, evidence)
    if left is None or plan.previous_interaction_id != left.parent_id:
        return plan, evidence
    return (yield from plan_recovery(run, left, plan, evidence))


def _check_lost(work: LeasedJob, error: InteractionsError) -> Flow[None]:
    """See to a run that has begun, or may have.

    Raises:
        LostSubmitError: It is not known whether it exists.
        InteractionsError: It goes on.
    """
    if isinstance(error, RerootedError):
        # It is paid for all the same.
        yield from cancel_unwanted(work.name)
        yield from note_cancelled(work)
    elif work.name:
        raise error
    if isinstance(error, RequestError) and is_lost(error):
        raise (yield from mark_submit_lost(work, error)) from error


def _send_create(work: LeasedJob, plan: Plan, *, stream: bool) -> Flow[SubmittedJob]:
    """Send the create and write down which run it began."""
    run = work.run
    run.tally.plan = plan
    body, check = _body(work, plan), root_check(plan)

    def repeat(attempt: Callable[[], Flow[T]]) -> Flow[T]:
        fresh = is_fresh(plan, run.now())
        key = work.job.key
        return with_retries(run, lambda: budgeted_run(run, key, attempt), fresh=fresh)

    if not stream:
        interaction = yield from repeat(lambda: _create(body))
        yield from record_submitted(work, interaction)
        check(work.name)
        run.tally.watch.note_submitted(work.job)
        return SubmittedJob(plan, work, interaction)
    silence_s = min(SILENCE_S, run.deadline_s)
    listener, shown = yield from repeat(lambda: _listen(body, silence_s))
    yield from record_submitted(work, listener.assembler.interaction)
    check(work.name)
    run.tally.watch.note_submitted(work.job)
    for item in shown:
        yield from show(item)
    return SubmittedJob(plan, work, listener.assembler.interaction, listener)


def cancel_unwanted(interaction_id: str) -> Flow[InteractionsError | None]:
    """Cancel a run that will not be waited for, and read what it has cost.

    Returns:
        Why it goes on, if it does.
    """
    failed = yield from give_up(interaction_id)
    with contextlib.suppress(RequestError):
        yield from fetch(interaction_id)
    return failed


def leave_rerooted(work: LeasedJob, plan: Plan) -> Flow[RerootedError | None]:
    """Be done with a job of before whose run is not on the chain of its parent.

    Whoever began it may have died before that was looked at, or been told of the run by
    a webhook only.

    Returns:
        What the next plan is to work around; `None` for a run that is where it belongs.

    Raises:
        RerootedError: The caller has named the parent.
    """
    try:
        root_check(plan)(work.name)
    except RerootedError as error:
        yield from cancel_unwanted(work.name)
        yield from mark_cancelled(work)
        yield from set_cleanup("")
        if plan.reason == "explicit":
            raise
        work.run.tally.interrupts = work.job.interrupts
        return error
    return None


def _create(body: JsonObject) -> Flow[JsonObject]:
    """Send a create; a run whose answer came garbled is known by its id.

    Raises:
        NetworkError: The answer does not say which run it is about.
    """
    try:
        interaction = yield from create(body)
    except NetworkError as error:
        if not error.interaction_id:
            raise
        return {"id": error.interaction_id}
    if not interaction.get("id"):
        reason = "the answer does not name its run"
        raise unanswered(reason, sent=True)
    return interaction


def _listen(
    body: JsonObject, silence_s: float
) -> Flow[tuple[Listener, list[StreamEvent]]]:
    """Send a create and listen until it has named its run.

    Returns:
        What listens, and what else was shown meanwhile.

    Raises:
        RequestError: It was refused, or does not say which run it is about.
    """
    yield from open_stream(body, silence_s)
    listener = Listener()
    shown = yield from named(listener)
    if listener.name:
        return listener, shown
    if listener.assembler.completed:
        check_told(listener.assembler, stored=True)
    reason = "the stream ended before it named its run"
    raise unanswered(reason, sent=True)


def _body(work: LeasedJob, plan: Plan) -> JsonObject:
    """Write the create; its webhooks are told which job it is."""
    # What is sent is JSON; the type of a body is wider.
    body = cast("dict[str, JsonObject]", request_body(work.run.turn, plan))
    hook = body.get("webhook_config")
    if hook is None:
        return body
    known = cast("JsonObject", hook.get("user_metadata") or {})
    told = {**known, METADATA_KEY: work.job.key}
    return {**body, "webhook_config": {**hook, "user_metadata": told}}


def _may_answer_at_once(run: TurnContext, error: InteractionsError) -> bool:
    refused = isinstance(error, InvalidRequestError)
    return (
        refused and run.turn.foreground_ok and bool(_NO_BACKGROUND.search(str(error)))
    )

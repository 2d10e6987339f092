"""Ask built-in tools before a turn with functions, once, and tell the turn the answer.

The answer is recorded before the turn is planned, as owed: where the turn then fails,
or its process dies, the next call of the same is told it again and pays for nothing.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from interactions_core.canonical import JsonObject
from interactions_core.exceptions import InteractionsError, StoreError
from interactions_core.logs import bare_error, log_fields
from interactions_core.mapping.matching import Candidates, MatchOptions
from interactions_core.mapping.separate_calls import (
    loop_positions,
    may_ask,
    plan_separate,
    separate_turn,
    told_tools,
)
from interactions_core.process.owners import is_dead, process_id
from interactions_core.protocol.statuses import is_settled
from interactions_core.records.interactions import OWED, OWED_AGAIN, InteractionRecord
from interactions_core.records.jobs.job import request_fingerprint
from interactions_core.transcript.asides import aside_of, separate_digest
from interactions_core.transcript.streaming import steps_of
from interactions_core.turns.context import TurnContext, TurnStats
from interactions_core.turns.effects import Flow, store_call
from interactions_core.turns.keeping.form_memory import recall_form
from interactions_core.turns.keeping.handing_on import OWED_KEPT_S, content_of
from interactions_core.turns.keeping.recording import record_turn
from interactions_core.turns.receiving.outcomes import outcome_error
from interactions_core.turns.sending.send_plan import send_plan
from interactions_core.turns.spending.metering import metered

logger: Final = logging.getLogger("interactions_core")

REUSED_S: Final = 3_600.0
"""For how long an answer is told again to a call of the same that has had it: what is
found on the web grows old."""

_Found = Mapping[bytes, Sequence[InteractionRecord]]


def ask_separately(run: TurnContext) -> Flow[TurnContext]:
    """Ask the built-in tools of a turn that the user begins, if it has any.

    Not in the middle of a loop of tools, and not again what was answered already.

    Returns:
        The turn, with what they have answered beside the list.

    Raises:
        ConfigurationError: The caller names the parent.
        RequestError: The API refused the call, or could not be reached.
        OutcomeError: It was answered, but not usefully.
    """
    if not may_ask(run.turn):
        return run
    run.records.first.forget()
    separate = replace(run, turn=separate_turn(run.turn), tally=TurnStats())
    found = yield from _find(run)
    if _is_in_loop(run, separate, found):
        return run
    record = _usable(separate, found)
    steps = None if record is None else (yield from _told_again(run, record))
    if steps is None:
        steps = yield from _ask(run, separate)
    aside = aside_of(steps)
    if aside is None:
        return run
    place = len(run.turn.transcript.steps) - 1
    return replace(run, turn=replace(run.turn, asides={place: aside}))


def count_separately(run: TurnContext) -> Flow[None]:
    """Count what a dead process has paid for the turn that is gone on with."""
    if not may_ask(run.turn):
        return
    separate = replace(run, turn=separate_turn(run.turn))
    record = _usable(separate, (yield from _find(run)))
    if record is not None:
        yield from _take_over(run, record)


def mark_told(run: TurnContext) -> Flow[None]:
    """Note that a framework has got the turn that was told an answer."""
    key = run.tally.separate_key
    if key:
        store, scope = run.records.store, run.records.scope
        yield from store_call(lambda: store.mark_handed_on(scope, key))


def leave_owed(run: TurnContext, *, counted: bool) -> Flow[None]:
    """Leave an answer to the next call of the same.

    Args:
        run: The turn that was told it and has not come to its end.
        counted: Whether somebody was told what it cost.
    """
    key = run.tally.separate_key
    if not key:
        return
    store, scope = run.records.store, run.records.scope
    try:
        record = yield from store_call(lambda: store.get(scope, key))
        if record is None or record.holder != process_id():
            return
        owed = OWED_AGAIN if counted else record.owed
        yield from store_call(lambda: store.take_owed(record, owed, ""))
    except StoreError as error:
        logger.exception(
            "interaction %s is kept, but not for the next call",
            key,
            extra=log_fields("answer_not_left", run.known, error=error, id=key),
            exc_info=bare_error(error),
        )


def _find(run: TurnContext) -> Flow[_Found]:
    transcript, store = run.turn.transcript, run.records.store
    places = (len(transcript.steps), *loop_positions(transcript.steps))
    asked = [separate_digest(transcript.digests[i]) for i in places]
    found = yield from store_call(lambda: store.find(run.records.scope, asked))
    # Of the others nobody knows what they came to.
    return {
        digest: [record for record in records if is_settled(record.status)]
        for digest, records in found.items()
    }


def _is_in_loop(run: TurnContext, separate: TurnContext, found: _Found) -> bool:
    """Tell whether the same tools were asked when the loop of tools began."""
    transcript = run.turn.transcript
    return any(
        record.setup == separate.turn.setup
        for i in loop_positions(transcript.steps)
        for record in found.get(separate_digest(transcript.digests[i]), ())
    )


def _usable(separate: TurnContext, found: _Found) -> InteractionRecord | None:
    """Return the answer to an equal call that nobody has had, or had just now."""
    asked = request_fingerprint(separate.turn, separate.records.scope)
    now = separate.now()
    usable = [
        record
        for record in found.get(separate.turn.transcript.request_digest, ())
        if record.call_digest == asked
        and now - record.created_at <= (OWED_KEPT_S if _is_left(record) else REUSED_S)
    ]
    return max(usable, key=lambda record: record.created_at, default=None)


def _is_left(record: InteractionRecord) -> bool:
    """Tell whether the call that has paid for an answer came to nothing."""
    return bool(record.owed) and (not record.holder or is_dead(record.holder))


def _told_again(
    run: TurnContext, record: InteractionRecord
) -> Flow[Sequence[JsonObject] | None]:
    """Take an answer that is recorded; `None` if its content is gone."""
    interaction = yield from content_of(run, record)
    if interaction is None:
        return None
    logger.info(
        "interaction %s was paid for and is told again",
        record.key,
        extra=log_fields("answer_told_again", run.known, id=record.key),
    )
    yield from _take_over(run, record)
    return steps_of(interaction)


def _take_over(run: TurnContext, record: InteractionRecord) -> Flow[None]:
    """Hold an answer while its turn goes on; count it where nobody was told of it."""
    run.tally.separate_id = record.key if record.stored else ""
    if record.holder == process_id():
        run.tally.separate_key = record.key
    if not _is_left(record):
        return
    store = run.records.store
    won = yield from store_call(
        lambda: store.take_owed(record, record.owed, process_id())
    )
    if not won:
        return
    run.tally.separate_key = record.key
    if record.owed == OWED:
        run.tally.separate[record.key] = record.usage


def _ask(run: TurnContext, separate: TurnContext) -> Flow[Sequence[JsonObject]]:
    turn, before = separate.turn, dict(run.tally.answered)
    evidence = Candidates(turn.transcript, {}, MatchOptions(store=turn.store))
    plan = yield from recall_form(separate, plan_separate(turn), evidence)
    try:
        with run.tally.watch.separate(separate):
            sent = send_plan(separate, plan, evidence, stream=False)
            plan, answer = yield from metered(sent, separate.tally)
            failure = outcome_error(
                answer.interaction, answer.steps, returns_empty=True
            )
            reply = yield from record_turn(separate, plan, answer, failure)
            if failure is not None:
                raise failure
    except InteractionsError as error:
        _explain(error, run)
        raise
    # They have an entry of their own in the ledger.
    run.tally.answered = before
    run.tally.separate |= {
        name: charge.usage for name, charge in separate.tally.answered.items()
    }
    run.tally.separate_key = reply.key
    run.tally.separate_id = reply.interaction_id
    name = reply.interaction_id or "(unstored)"
    logger.info(
        "interaction %s asked %s separately",
        name,
        told_tools(run.turn),
        extra=log_fields("asked_separately", run.known, id=reply.interaction_id),
    )
    return answer.steps


def _explain(error: InteractionsError, run: TurnContext) -> None:
    said = (
        f"This was the call that asks {told_tools(run.turn)} first (`combine_tools`); "
        "the turn itself was not sent"
    )
    error.args = (f"{str(error).rstrip('.')}. {said}",)

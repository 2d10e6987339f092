"""Hand an answer to the framework, and keep it for the next call where that fails.

An answer is paid for when it comes. It is recorded as owed before anything can refuse
it, and is marked as handed on when the adapter has returned. Where something raised in
between, or the process died, the next call that asks exactly the same is given it.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from interactions_core.canonical import JsonObject
from interactions_core.exceptions import (
    EmptyReplyError,
    InteractionsError,
    RequestError,
    StoreError,
)
from interactions_core.logs import bare_error, log_fields
from interactions_core.prices.current import current_prices
from interactions_core.process.owners import is_dead, process_id
from interactions_core.protocol.retention import DAY_S
from interactions_core.protocol.statuses import is_settled
from interactions_core.records.interactions import (
    OWED,
    OWED_AGAIN,
    InteractionRecord,
    ReplyForm,
)
from interactions_core.records.jobs.job import request_fingerprint
from interactions_core.records.mirror import is_redacted
from interactions_core.records.remainders import note_of
from interactions_core.records.spending.entry_prices import priced_entry
from interactions_core.records.turn import Reply
from interactions_core.transcript.digest import fold_wire
from interactions_core.transcript.sizes import wire_size
from interactions_core.transcript.streaming import events_of, steps_of
from interactions_core.turns.context import TurnContext
from interactions_core.turns.effects import (
    Flow,
    fetch,
    hand_on,
    leave_loop,
    show,
    store_call,
)
from interactions_core.turns.keeping.answer_records import later_entry
from interactions_core.turns.keeping.recording import anchor_of
from interactions_core.turns.receiving.outcomes import is_pending, outcome_error
from interactions_core.usage import Usage

logger: Final = logging.getLogger("interactions_core")

OWED_KEPT_S: Final = 7 * DAY_S
"""For how long an answer that was never handed on is given to an equal call."""

PENDING_KEPT_S: Final = 3600.0
"""For how long an answer is asked after that the server still works on.

The server holds a connection for minutes; what takes longer will not come to anything.
"""

KEPT: Final = "kept"
"""What `Reply.recovered` says of an answer that an earlier call has paid for."""


def handed_on(run: TurnContext, reply: Reply) -> Flow[object]:
    """Hand a reply on; an answer that is refused on the way stays owed, once.

    Raises:
        Exception: Whatever the adapter, or the framework's own check, raised.
    """
    try:
        given = yield from hand_on(reply)
    except GeneratorExit:
        raise
    except EmptyReplyError:
        # Whoever asks again wants another answer.
        yield from _mark(run, reply)
        raise
    except BaseException as error:
        if isinstance(error, InteractionsError):
            # Whoever counts what errors carry knows this answer by its id.
            error.__dict__.setdefault("interaction_id", reply.interaction_id)
        yield from give_back(run, reply)
        raise
    yield from _mark(run, reply)
    return given


def find_owed(
    run: TurnContext, known: Sequence[InteractionRecord]
) -> InteractionRecord | None:
    """Return the answer that an earlier call of the same was not given.

    Args:
        run: The turn.
        known: The recorded answers to its list.
    """
    since = run.turn.resumes_since
    open_to_us = [
        record
        for record in known
        if _is_owed(record, run.now()) or (since and record.created_at >= since)
    ]
    if not open_to_us:
        return None
    digest = request_fingerprint(run.turn, run.records.scope)
    asked = [record for record in open_to_us if record.call_digest == digest]
    return max(asked, key=lambda record: record.created_at, default=None)


def kept_reply(
    run: TurnContext, record: InteractionRecord, *, stream: bool
) -> Flow[Reply | None]:
    """Take an answer that is owed, and show and return it.

    Returns:
        The reply; `None` if somebody else was faster, or its content is gone.

    Raises:
        OutcomeError: Nobody knew what it came to, and now it is no answer, or nobody
            knows yet. It is nobody's from then on.
    """
    interaction = yield from content_of(run, record)
    if interaction is None:
        return None
    if record.owed:
        store = run.records.store
        won = yield from store_call(
            lambda: store.take_owed(record, OWED_AGAIN, process_id())
        )
        if not won:
            return None
    logger.info(
        "interaction %s was paid for and is handed on now",
        record.key,
        extra=log_fields("answer_kept", run.known, id=record.key),
    )
    run.tally.recovered.append(KEPT)
    steps = steps_of(interaction)
    usage = record.usage if record.owed == OWED else Usage()
    if not is_settled(record.status):
        record = yield from _settle(run, record, interaction)
    if stream:
        for event in events_of(steps):
            yield from show(event)
    name = record.key if record.stored else ""
    return Reply(
        interaction_id=name,
        previous_interaction_id=record.parent_id,
        reason=record.reason,
        status=record.status,
        steps=steps,
        # Whoever was refused it has counted it.
        usage=usage + run.tally.spent,
        interaction=interaction,
        anchor=anchor_of(run, record),
        recovered=tuple(run.tally.recovered),
        key=record.key,
        separate_id=run.tally.separate_id,
        note=note_of(run.turn, name, steps),
        own_names=run.turn.own_names,
    )


def _is_owed(record: InteractionRecord, now: float) -> bool:
    if not record.owed or now - record.created_at > OWED_KEPT_S:
        return False
    return not record.holder or is_dead(record.holder)


def content_of(run: TurnContext, record: InteractionRecord) -> Flow[JsonObject | None]:
    """Return the interaction; one that is not wholly known here is read again.

    Raises:
        RequestError: It cannot be read now; later it may be.
    """
    is_whole = bool(record.held) and not is_redacted(record.held)
    if is_whole and (is_settled(record.status) or not record.stored):
        kind, _, name = record.target.partition(":")
        return {
            "id": record.key if record.stored else "",
            "status": record.status,
            kind: name,
            "steps": list(record.held),
        }
    if not record.stored:
        return None
    try:
        found = yield from fetch(record.key)
    except RequestError as error:
        if error.retryable:
            raise
        return None
    if record.usage != Usage() or is_settled(record.status):
        # Whoever paid for it has counted it.
        run.tally.answered.pop(record.key, None)
    return found


def _settle(
    run: TurnContext, record: InteractionRecord, interaction: JsonObject
) -> Flow[InteractionRecord]:
    """Write down what an answer came to of which that was not known.

    It may be a parent if what was recorded of it is how it begins.
    """
    yield from leave_loop()
    steps, held, store = steps_of(interaction), record.held, run.records.store
    failure = outcome_error(interaction, steps, returns_empty=run.policy.returns_empty)
    if failure is not None:
        if is_pending(interaction) and run.now() - record.created_at < PENDING_KEPT_S:
            taken = replace(record, owed=OWED_AGAIN, holder=process_id())
            yield from store_call(lambda: store.take_owed(taken, OWED_AGAIN, ""))
        else:
            # It was told twice; whoever asks again wants another.
            name = record.key
            yield from store_call(lambda: store.mark_handed_on(record.scope, name))
        raise failure
    rest = steps[len(held) :]
    settled = replace(
        record,
        status=str(interaction.get("status")),
        held=steps,
        form=ReplyForm.of(steps),
        context_digest=fold_wire(record.context_digest, rest),
        context_steps=record.context_steps + len(rest),
        context_bytes=record.context_bytes + wire_size(rest),
        gone=steps[: len(held)] != held,
        owed=OWED_AGAIN,
        holder=process_id(),
    )
    entry = later_entry(settled, run)

    def keep() -> bool:
        # With the store's work: the first look at prices takes long.
        paid = entry and priced_entry(entry, current_prices())
        return store.put(settled, paid, began=run.records.began)

    yield from store_call(keep)
    return settled


def _mark(run: TurnContext, reply: Reply) -> Flow[None]:
    if not reply.key or run.turn.place is not None:
        return
    store, scope = run.records.store, run.records.scope
    yield from store_call(lambda: store.mark_handed_on(scope, reply.key))


def give_back(run: TurnContext, reply: Reply) -> Flow[None]:
    """Leave an answer to the next call of the same; after that it is nobody's."""
    if not reply.key or run.turn.place is not None:
        return
    store, scope = run.records.store, run.records.scope
    try:
        record = yield from store_call(lambda: store.get(scope, reply.key))
        if record is None or record.holder != process_id():
            return
        owed = OWED_AGAIN if record.owed == OWED else 0
        yield from store_call(lambda: store.take_owed(record, owed, ""))
    except StoreError as error:
        logger.exception(
            "interaction %s is kept, but not for the next call",
            reply.key,
            extra=log_fields("answer_not_left", run.known, error=error, id=reply.key),
            exc_info=bare_error(error),
        )

"""Hand an answer to the framework, and keep it for the next call where that fails.

An answer is paid for when it comes. It is recorded as owed before anything can refuse
it, and is marked as handed on when the adapter has returned. Where something raised in
between, or the process died, the next call that asks exactly the same is given it.
"""

import contextlib
import logging
from collections.abc import Sequence
from typing import Final

from interactions_core.canonical import JsonObject
from interactions_core.exceptions import (
    EmptyReplyError,
    InteractionsError,
    RequestError,
    StoreError,
)
from interactions_core.process.owners import is_dead, this_process
from interactions_core.protocol.retention import DAY_S
from interactions_core.records.interactions import OWED, OWED_AGAIN, InteractionRecord
from interactions_core.records.jobs import call_digest
from interactions_core.records.mirror import is_skeleton
from interactions_core.records.remainders import note_of
from interactions_core.records.turn import Reply
from interactions_core.transcript.streaming import events_of, steps_of
from interactions_core.turns.context import TurnRun
from interactions_core.turns.effects import Flow, fetch, hand_on, local, show
from interactions_core.turns.recording import anchor_of
from interactions_core.usage import Usage

logger: Final = logging.getLogger("interactions_core")

OWED_KEPT_S: Final = 7 * DAY_S
"""For how long an answer that was never handed on is given to an equal call."""

KEPT: Final = "kept"
"""What `Reply.recovered` says of an answer that an earlier call has paid for."""


def handed_on(run: TurnRun, reply: Reply) -> Flow[object]:
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
    run: TurnRun, known: Sequence[InteractionRecord]
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
    digest = call_digest(run.turn, run.records.scope)
    asked = [record for record in open_to_us if record.call_digest == digest]
    return max(asked, key=lambda record: record.created_at, default=None)


def kept_reply(
    run: TurnRun, record: InteractionRecord, *, stream: bool
) -> Flow[Reply | None]:
    """Take an answer that is owed, and show and return it.

    Returns:
        The reply; `None` if somebody else was faster, or its content is gone.
    """
    interaction = yield from content_of(record)
    if interaction is None:
        return None
    if record.owed:
        store = run.records.store
        won = yield from local(
            lambda: store.take_owed(record, OWED_AGAIN, this_process())
        )
        if not won:
            return None
    logger.info("interaction %s was paid for and is handed on now", record.key)
    run.tally.recovered.append(KEPT)
    steps = steps_of(interaction)
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
        usage=(record.usage if record.owed == OWED else Usage()) + run.tally.spent,
        interaction=interaction,
        anchor=anchor_of(run, record),
        recovered=tuple(run.tally.recovered),
        key=record.key,
        note=note_of(run.turn, name, steps),
        own_names=run.turn.own_names,
    )


def _is_owed(record: InteractionRecord, now: float) -> bool:
    if not record.owed or now - record.created_at > OWED_KEPT_S:
        return False
    return not record.holder or is_dead(record.holder)


def content_of(record: InteractionRecord) -> Flow[JsonObject | None]:
    """Return the interaction; one whose content is not kept here is read again."""
    if record.held and not is_skeleton(record.held):
        kind, _, name = record.target.partition(":")
        return {
            "id": record.key if record.stored else "",
            "status": record.status,
            kind: name,
            "steps": list(record.held),
        }
    found: JsonObject | None = None
    if record.stored:
        with contextlib.suppress(RequestError):
            found = yield from fetch(record.key)
    return found


def _mark(run: TurnRun, reply: Reply) -> Flow[None]:
    if not reply.key or run.turn.place is not None:
        return
    store, scope = run.records.store, run.records.scope
    yield from local(lambda: store.mark_handed_on(scope, reply.key))


def give_back(run: TurnRun, reply: Reply) -> Flow[None]:
    """Leave an answer to the next call of the same; after that it is nobody's."""
    if not reply.key or run.turn.place is not None:
        return
    store, scope = run.records.store, run.records.scope
    try:
        record = yield from local(lambda: store.get(scope, reply.key))
        if record is None or record.holder != this_process():
            return
        owed = OWED_AGAIN if record.owed == OWED else 0
        yield from local(lambda: store.take_owed(record, owed, ""))
    except StoreError:
        logger.exception("interaction %s is kept, but not for the next call", reply.key)

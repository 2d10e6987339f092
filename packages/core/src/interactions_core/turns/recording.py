"""Write down what a turn came to: the record, the ledger, the message's anchor."""

import json
import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import reduce
from typing import Final

from interactions_core.canonical import Json, JsonObject
from interactions_core.exceptions import (
    InteractionsError,
    OutcomeError,
    StoreError,
    UnknownStatusError,
)
from interactions_core.mapping.matching import is_past_learned
from interactions_core.mapping.planning import Plan
from interactions_core.process.failpoints import DeletionFailPoint, hit
from interactions_core.process.owners import process_id
from interactions_core.protocol.retention import DAY_S, Loss, learned_retention
from interactions_core.records.accounts import is_fingerprint
from interactions_core.records.anchors import Anchor, signed
from interactions_core.records.interactions import (
    OWED,
    OWED_AGAIN,
    InteractionRecord,
    LedgerEntry,
    ReplyForm,
    Scope,
    hashes_of,
)
from interactions_core.records.jobs import request_fingerprint
from interactions_core.records.remainders import has_remainder, note_of, told_steps
from interactions_core.records.turn import Reply, Turn
from interactions_core.secret_options import without_settings
from interactions_core.stores.protocols.sessions import SessionStore
from interactions_core.transcript.digest import SEED, fold, fold_wire
from interactions_core.transcript.replies import says_something
from interactions_core.turns.answers import Answer
from interactions_core.turns.context import TurnContext, TurnStats
from interactions_core.turns.effects import Flow, store_call
from interactions_core.turns.form_memory import remember_form
from interactions_core.turns.metering import note_answer
from interactions_core.usage import Usage, usage_from_wire

logger: Final = logging.getLogger("interactions_core")

_encoder: Final = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), default=dict
)


@dataclass(frozen=True, slots=True)
class _Context:
    """The server context that an answer extends: mirrored base, digest, size.

    The size is in bytes, without what of the base is sent again.
    """

    base_key: str
    digest: bytes
    steps: int
    size: int
    sent: tuple[JsonObject, ...]
    skipped: int


def record_turn(
    run: TurnContext, plan: Plan, answer: Answer, failure: InteractionsError | None
) -> Flow[Reply]:
    """Keep the record of an answer and return the reply.

    A store that cannot be written costs the chain, not the answer: that is logged
    and the reply handed on. An answer with nothing in it is named in the log, and
    nothing is ever chained on it.
    """
    blank = failure is None and not says_something(answer.steps)
    if blank:
        logger.warning(
            "interaction %s ended as %r with neither text nor calls",
            answer.interaction.get("id") or "(unstored)",
            answer.interaction.get("status"),
        )
    records, store = run.records, run.records.store
    if answer.interaction.get("id") not in {None, "", *run.tally.answered}:
        # An earlier process has read it, and kept it with its job.
        note_answer(run.tally, answer.interaction)
    try:
        yield from _note_retention(run, plan)
        limit = yield from store_call(lambda: store.retention(records.scope.credential))
        sent_bytes = wire_size(plan.steps)
        record = make_record(run, plan, answer, sent_bytes, limit or float("inf"))
        entry = _entry(record, plan, run.tally, sent_bytes)
        if isinstance(failure, UnknownStatusError):
            record = _unsettled(record)
        elif blank or failure is not None:
            record = _dead(record)
        if not (yield from _is_recorded(run, record)):
            hit(DeletionFailPoint.ANSWERED)
            kept = yield from store_call(
                lambda: store.put(record, entry, began=records.began)
            )
            if not kept:
                hit(DeletionFailPoint.LATE)
                logger.warning(
                    "interaction %s is not recorded, its thread was deleted meanwhile",
                    answer.interaction.get("id"),
                )
                return _reply(run, plan, answer, None)
    except StoreError:
        logger.exception(
            "interaction %s was answered but not recorded; the next turn replays",
            answer.interaction.get("id"),
        )
        return _reply(run, plan, answer, None)
    if failure is None:
        yield from remember_form(run, plan)
    anchor = None if blank else (yield from _remembered(run, anchor_of(run, record)))
    return replace(_reply(run, plan, answer, anchor), key=record.key)


def record_unfinished(
    run: TurnContext, plan: Plan, error: InteractionsError
) -> Flow[None]:
    """Enter what was billed for an answer that never became a whole one."""
    if run.tally.own == Usage():
        return
    name = next(reversed(run.tally.answered)) if run.turn.store else ""
    status = error.status if isinstance(error, OutcomeError) else "failed"
    yield from record_turn(run, plan, Answer({"id": name, "status": status}, ()), error)


def _is_recorded(run: TurnContext, record: InteractionRecord) -> Flow[bool]:
    """Tell whether another process has recorded, and counted, this answer."""
    if not run.turn.background:
        return False
    store = run.records.store
    known = yield from store_call(lambda: store.get(record.scope, record.key))
    return known is not None


def make_record(
    run: TurnContext, plan: Plan, answer: Answer, sent_bytes: int, retention_s: float
) -> InteractionRecord:
    """Describe an answer for the store.

    Args:
        run: What was asked, and in which scope.
        plan: What was sent.
        answer: What came back.
        sent_bytes: The size of what was sent.
        retention_s: The retention that was learned; infinite if none was.
    """
    turn, now, scope = run.turn, run.now(), run.records.scope
    interaction_id = str(answer.interaction.get("id") or "")
    context = _context(plan)
    added = (*context.sent, *answer.steps)
    expires_at, learned_expires_at = now + run.policy.retention_s, now + retention_s
    if plan.parent is not None:
        expires_at = min(expires_at, plan.parent.expires_at)
        learned = plan.parent.learned_expires_at
        learned_expires_at = min(learned_expires_at, learned)
    return InteractionRecord(
        key=interaction_id or f"local:{uuid.uuid4().hex}",
        scope=scope,
        request_digest=turn.transcript.request_digest,
        parent_id=plan.previous_interaction_id,
        base_key=context.base_key,
        context_digest=fold_wire(context.digest, added),
        context_steps=context.steps + len(added),
        context_bytes=context.size + sent_bytes + wire_size(answer.steps),
        target=turn.target_name,
        sent=context.sent,
        synthetic=tuple(
            i - context.skipped for i in plan.synthetic if i >= context.skipped
        ),
        held=answer.steps,
        form=ReplyForm.of(answer.steps),
        noted=_noted(turn, interaction_id, answer.steps),
        setup=turn.setup,
        context=turn.context,
        reason=plan.reason,
        stored=bool(interaction_id),
        status=str(answer.interaction.get("status")),
        created_at=now,
        expires_at=expires_at,
        learned_expires_at=learned_expires_at,
        environment_id=str(answer.interaction.get("environment_id") or ""),
        usage=usage_from_wire(answer.interaction.get("usage")),
        call_digest=request_fingerprint(turn, scope),
        made_by=run.records.maker,
        # In a graph the job is what keeps a result until the graph has saved it.
        owed=OWED if turn.place is None else 0,
        holder=process_id() if turn.place is None else "",
    )


def _noted(
    turn: Turn, interaction_id: str, steps: tuple[JsonObject, ...]
) -> tuple[bytes, ...]:
    """Return the marks of what a framework is told, where media are left out of it."""
    if not turn.only_text or not has_remainder(steps):
        return ()
    return hashes_of(told_steps(note_of(turn, interaction_id, steps), steps))


def wire_size(steps: tuple[JsonObject, ...]) -> int:
    """Return the size of steps as JSON on the wire, in bytes."""
    return sum(
        len(_encoder.encode(step).encode("utf-8", "surrogatepass")) for step in steps
    )


def _context(plan: Plan) -> _Context:
    base = plan.parent or plan.base
    if base is None:
        return _Context("", SEED, 0, 0, plan.steps, 0)
    skipped = 0 if plan.parent is not None else plan.base_steps
    return _Context(
        base.key,
        base.context_digest,
        base.context_steps,
        base.context_bytes - wire_size(plan.steps[:skipped]),
        plan.steps[skipped:],
        skipped,
    )


def _entry(
    record: InteractionRecord, plan: Plan, tally: TurnStats, sent: int
) -> LedgerEntry:
    base = plan.parent
    return LedgerEntry(
        key=record.key,
        target=record.target,
        reason=plan.reason,
        status=record.status,
        usage=tally.own,
        created_at=record.created_at,
        attempts=tally.attempts,
        maybe_billed=tally.maybe_billed,
        recovered=_recovered(tally, plan),
        steps_sent=len(plan.steps),
        bytes_sent=sent,
        replay_steps=len(plan.steps) + (base.context_steps if base else 0),
        replay_bytes=sent + (base.context_bytes if base else 0),
    )


def _recovered(tally: TurnStats, plan: Plan) -> tuple[str, ...]:
    """Return what was worked around, by whichever process sent the request."""
    return tuple(dict.fromkeys((*tally.recovered, *plan.form)))


def _unsettled(record: InteractionRecord) -> InteractionRecord:
    """Leave an answer that may come to something to the next call of the same.

    The error of this call has counted it.
    """
    return replace(record, owed=OWED_AGAIN if record.owed else 0, holder="")


def _dead(record: InteractionRecord) -> InteractionRecord:
    """Keep a failed answer for the audit, matched by nothing."""
    return InteractionRecord(
        key=record.key,
        scope=record.scope,
        request_digest=b"failed" + record.request_digest,
        form=ReplyForm(()),
        created_at=record.created_at,
        expires_at=record.expires_at,
        parent_id=record.parent_id,
        target=record.target,
        sent=record.sent,
        held=record.held,
        reason=record.reason,
        stored=record.stored,
        status=record.status,
        gone=True,
        usage=record.usage,
        made_by=record.made_by,
    )


def _note_retention(run: TurnContext, plan: Plan) -> Flow[None]:
    if run.tally.lost:
        yield from _learn(run)
    elif plan.parent is not None and is_past_learned(plan.parent, run.now()):
        yield from _unlearn(run)


def _learn(run: TurnContext) -> Flow[None]:
    """Rule out a lost parent, and learn how long this key keeps.

    A chain lives as long as its root, so that the root's age is what counts. What
    another key made may be where this one cannot see it; that says nothing of it.
    """
    store, scope, lost = run.records.store, run.records.scope, run.tally.lost
    configured_s, key = run.policy.retention_s, run.records.key or scope.credential
    known = yield from store_call(lambda: store.get(scope, lost))
    if known is not None and known.keyed_by != key:
        logger.info("%s was made by another key, and is not seen by this one", lost)
        return
    root = yield from store_call(lambda: _root(store, scope, lost))
    yield from store_call(lambda: store.mark_gone(scope, lost))
    if root is None or root.keyed_by != key:
        return
    seconds = learned_retention(run.now() - root.created_at, configured_s)
    if seconds is None:
        return
    loss = Loss(root.key, seconds, root.created_at, run.now())
    agreed = yield from store_call(lambda: store.note_loss(scope.credential, loss))
    if agreed is None:
        return
    news = yield from store_call(
        lambda: store.learn_retention(scope.credential, agreed)
    )
    if news:
        logger.warning(
            "this key seems to keep interactions for %.0f day(s), not %.0f: "
            "set `retention` accordingly",
            agreed / DAY_S,
            configured_s / DAY_S,
        )


def _unlearn(run: TurnContext) -> Flow[None]:
    """Forget a retention that an interaction has outlived."""
    store, credential = run.records.store, run.records.scope.credential
    forgotten = yield from store_call(lambda: store.unlearn_retention(credential))
    if forgotten:
        logger.warning(
            "an interaction outlived what was learned of this key's retention, which "
            "is forgotten"
        )


def _root(store: SessionStore, scope: Scope, key: str) -> InteractionRecord | None:
    """Climb from an interaction to the oldest ancestor that is known."""
    found, seen = store.get(scope, key), {""}
    while found is not None and found.parent_id not in seen:
        seen.add(found.parent_id)
        found = store.get(scope, found.parent_id) or found
    return found


def anchor_of(run: TurnContext, record: InteractionRecord) -> Anchor | None:
    """Return what a message may carry to be recognised; `None` if nothing is stored."""
    if not record.stored:
        return None
    digest = reduce(fold, record.form.marks, record.request_digest)
    anchor = Anchor(
        interaction_id=record.key,
        digest=digest.hex(),
        expires_at=record.ends_at,
    )
    signers = run.records.signers
    return signed(anchor, signers[0].scope, signers[0].key) if signers else anchor


def _remembered(run: TurnContext, anchor: Anchor | None) -> Flow[Anchor | None]:
    """Keep the name that an anchor is signed for, if that goes when the key does.

    The keys that come later then believe it.
    """
    if anchor is None or not anchor.mac:
        return anchor
    owner, name = run.records.scope.credential, run.records.signers[0].scope.credential
    store = run.records.store
    if is_fingerprint(name):
        try:
            yield from store_call(lambda: store.keep_anchor_name(owner, name))
        except StoreError as error:
            logger.warning("anchors of this key will not outlive it: %s", error)
    return anchor


def _reply(
    run: TurnContext, plan: Plan, answer: Answer, anchor: Anchor | None
) -> Reply:
    interaction: Mapping[str, Json] = answer.interaction
    interaction_id = str(interaction.get("id") or "")
    return Reply(
        interaction_id=interaction_id,
        previous_interaction_id=plan.previous_interaction_id,
        reason=plan.reason,
        status=str(interaction.get("status")),
        steps=answer.steps,
        usage=run.tally.spent,
        interaction=without_settings(interaction),
        anchor=anchor,
        recovered=_recovered(run.tally, plan),
        sent=tuple(plan.steps),
        separate_id=run.tally.separate_id,
        note=note_of(run.turn, interaction_id, answer.steps),
        own_names=run.turn.own_names,
    )

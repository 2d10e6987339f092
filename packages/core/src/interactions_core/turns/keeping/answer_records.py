"""What a store keeps of an answer: its record, and its entry in the ledger. Pure."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from interactions_core.canonical import JsonObject
from interactions_core.mapping.planning import Plan
from interactions_core.process.owners import process_id
from interactions_core.records.charges import Charge, searches_in
from interactions_core.records.interactions import (
    OWED,
    OWED_AGAIN,
    InteractionRecord,
    LedgerEntry,
    ReplyForm,
    hashes_of,
)
from interactions_core.records.jobs.job import request_fingerprint
from interactions_core.records.remainders import has_remainder, note_of, told_steps
from interactions_core.records.turn import Turn
from interactions_core.transcript.digest import SEED, fold_wire
from interactions_core.transcript.sizes import wire_size
from interactions_core.turns.context import TurnContext, TurnStats
from interactions_core.turns.receiving.answers import Answer
from interactions_core.usage import usage_from_wire

_SAID: Final = frozenset({"model_output", "function_call", "thought"})
"""Kinds of steps that are a model's."""


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
    expires_at, learned_expires_at = _expiry(run, plan, now, retention_s)
    interaction_id = str(answer.interaction.get("id") or "")
    context = _context(plan)
    added = (*context.sent, *answer.steps)
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


def _expiry(
    run: TurnContext, plan: Plan, now: float, retention_s: float
) -> tuple[float, float]:
    """Say until when an answer can be chained on, by the policy and as was learned."""
    expires_at, learned_expires_at = now + run.policy.retention_s, now + retention_s
    if plan.parent is None:
        return expires_at, learned_expires_at
    return (
        min(expires_at, plan.parent.expires_at),
        min(learned_expires_at, plan.parent.learned_expires_at),
    )


def _noted(
    turn: Turn, interaction_id: str, steps: tuple[JsonObject, ...]
) -> tuple[bytes, ...]:
    """Return the marks of what a framework is told, where media are left out of it."""
    if not turn.only_text or not has_remainder(steps):
        return ()
    return hashes_of(told_steps(note_of(turn, interaction_id, steps), steps))


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


def make_entry(
    record: InteractionRecord, plan: Plan, run: TurnContext, sent: int, *, hops: int
) -> LedgerEntry:
    """Describe for the ledger what an answer took.

    Args:
        record: The answer.
        plan: What was sent.
        run: The turn.
        sent: The size of what was sent, in bytes.
        hops: How many creates the answer took.
    """
    base, tally = plan.parent, run.tally
    return LedgerEntry(
        key=record.key,
        target=record.target,
        reason=plan.reason,
        status=record.status,
        usage=tally.own,
        created_at=record.created_at,
        attempts=tally.attempts,
        maybe_billed=tally.uncounted,
        recovered=list_recovered(tally, plan),
        steps_sent=len(plan.steps),
        bytes_sent=sent,
        replay_steps=len(plan.steps) + (base.context_steps if base else 0),
        replay_bytes=sent + (base.context_bytes if base else 0),
        charges=_charges(record, run, hops),
        job=tally.job,
        sent_again=is_sent_again(plan, run.turn),
    )


def later_entry(record: InteractionRecord, run: TurnContext) -> LedgerEntry | None:
    """Enter what an answer took of which that was not known when it was recorded.

    Args:
        record: The answer, which an earlier call has asked for.
        run: The turn that has read it.

    Returns:
        An entry without any create; `None` if nothing came to be known.
    """
    if record.key not in run.tally.answered:
        return None
    return LedgerEntry(
        key=record.key,
        target=record.target,
        reason=record.reason,
        status=record.status,
        usage=run.tally.answered[record.key].usage,
        created_at=run.now(),
        attempts=0,
        charges=_charges(record, run, hops=1)[-1:],
    )


def _charges(
    record: InteractionRecord, run: TurnContext, hops: int
) -> tuple[Charge, ...]:
    """Return what was charged; the last ones are the hops of the answer itself."""
    known = list(run.tally.answered.values())
    if not known:
        known = [Charge(interaction_id=record.key if record.stored else "")]
    first = len(known) - hops
    asked, config = run.turn.settings, run.turn.settings.get("agent_config")
    model = config.get("model") if isinstance(config, Mapping) else None
    if run.turn.target[0] == "model":
        model = run.turn.target[1]
    return tuple(
        replace(
            charge,
            model=charge.model or str(model or ""),
            tier=charge.tier or str(asked.get("service_tier") or ""),
            asked_at=charge.asked_at or record.created_at,
            tools=_tools(charge, record),
            given_up=number < first,
        )
        for number, charge in enumerate(known)
    )


def _tools(charge: Charge, record: InteractionRecord) -> Mapping[str, int] | None:
    """Return what is billed of tools; of a stream the steps came apart from that."""
    if charge.tools is not None or charge.total_tokens is None:
        return charge.tools
    return searches_in(record.held)


def is_sent_again(plan: Plan, turn: Turn) -> bool:
    """Tell whether all of a list was sent, with something that a model has said."""
    said = (step.kind in _SAID for step in turn.transcript.steps)
    return not plan.previous_interaction_id and any(said)


def list_recovered(tally: TurnStats, plan: Plan) -> tuple[str, ...]:
    """Return what was worked around, by whichever process sent the request."""
    return tuple(dict.fromkeys((*tally.recovered, *plan.form)))


def as_unsettled(record: InteractionRecord) -> InteractionRecord:
    """Leave an answer that may come to something to the next call of the same.

    The error of this call has counted it.
    """
    return replace(record, owed=OWED_AGAIN if record.owed else 0, holder="")


def as_dead(record: InteractionRecord) -> InteractionRecord:
    """Keep a failed answer for the audit, matched by nothing."""
    return InteractionRecord(
        key=record.key,
        scope=record.scope,
        request_digest=b"failed" + record.request_digest,
        form=ReplyForm(()),
        created_at=record.created_at,
        expires_at=record.expires_at,
        parent_id=record.parent_id,
        base_key=record.base_key,
        context_digest=record.context_digest,
        context_steps=record.context_steps,
        context_bytes=record.context_bytes,
        target=record.target,
        sent=record.sent,
        synthetic=record.synthetic,
        held=record.held,
        reason=record.reason,
        stored=record.stored,
        status=record.status,
        gone=True,
        usage=record.usage,
        made_by=record.made_by,
    )

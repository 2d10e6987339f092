"""What a turn has come to, as the facts of one of its calls. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from interactions_core.canonical import Json, JsonObject
from interactions_core.profiles.points import FOREGROUND
from interactions_core.records.charges import PICO, Charge
from interactions_core.records.turn import Reply
from interactions_core.tracing.conventions import finish_reason
from interactions_core.tracing.facts import CallFacts, CallKind, server_facts
from interactions_core.transcript.streaming import steps_of
from interactions_core.turns.context import TurnContext, TurnStats
from interactions_core.turns.keeping.answer_records import list_recovered

_ABOUT: Final = ("id", "status", "model", "agent", "errors")
"""What is kept of an interaction's body."""


@dataclass(slots=True)
class Seen:
    """What the effects of a call have shown so far.

    Attributes:
        interaction: What the service said of the interaction, without its steps.
        steps: What was answered, where that was seen.
        reply: What is handed on; `None` until then.
        polls: Looks at the run.
        cursor: The event after which a stream was opened again; "" for none.
        is_stream: Whether a stream was opened.
        has_usage: Whether the service said what it took.
    """

    interaction: JsonObject = field(default_factory=dict[str, Json])
    steps: tuple[JsonObject, ...] = ()
    reply: Reply | None = None
    polls: int = 0
    cursor: str = ""
    is_stream: bool = False
    has_usage: bool = False

    def take(self, interaction: JsonObject) -> None:
        """Take in what the service says of the interaction; the last word holds."""
        told = {key: interaction[key] for key in _ABOUT if interaction.get(key)}
        self.interaction = {**self.interaction, **told}
        self.steps = steps_of(interaction) or self.steps
        self.has_usage = self.has_usage or bool(interaction.get("usage"))

    def hand_on(self, reply: Reply) -> None:
        """Take in the reply, which is the last word."""
        self.reply, self.steps = reply, reply.steps
        self.take({**reply.interaction, "status": reply.status})


def first_facts(run: TurnContext, kind: CallKind, *, stream: bool) -> CallFacts:
    """Say what is known of a call before it is made."""
    turn = run.turn
    return CallFacts(
        kind=kind,
        target=turn.target[1],
        server=server_facts(run.records.service[0]),
        session_id=turn.session_id,
        thread_id=turn.thread_id,
        framework=turn.label.framework,
        stream=stream,
        background=turn.background,
        job=run.tally.job,
    )


def last_facts(known: CallFacts, run: TurnContext, seen: Seen) -> CallFacts:
    """Add what has become known of a call by its end."""
    tally, told = run.tally, seen.interaction
    name = told.get("model") or told.get("agent")
    return replace(
        _with_plan(_with_tokens(known, tally), tally),
        job=tally.job or known.job,
        background=known.background and FOREGROUND not in tally.recovered,
        recovered=_recovered(tally, seen),
        attempts=tally.attempts,
        maybe_billed=tally.maybe_billed,
        interaction_id=str(told.get("id") or known.interaction_id),
        status=str(told.get("status") or ""),
        answered_by=str(name or ""),
        finish=finish_reason(told.get("status"), seen.steps, told),
        stream=known.stream or seen.is_stream,
        polls=seen.polls,
        cursor=seen.cursor,
        cost_usd=_cost_usd(tally),
    )


def without_usage(known: CallFacts) -> CallFacts:
    """Leave out what a run took, which another span says."""
    return replace(
        known,
        usage=None,
        input_modalities={},
        output_modalities={},
        cached_modalities={},
        cost_usd=None,
    )


def _with_plan(known: CallFacts, tally: TurnStats) -> CallFacts:
    plan, entry = tally.plan, tally.entry
    if plan is None:
        return known
    parent = plan.parent
    avoided = parent.context_steps if parent is not None else 0
    is_known = parent is not None or not plan.previous_interaction_id
    return replace(
        known,
        reason=plan.reason,
        previous_id=plan.previous_interaction_id,
        steps_sent=len(plan.steps),
        steps_avoided=avoided if is_known else None,
        bytes_sent=entry.bytes_sent if entry else None,
        bytes_avoided=entry.replay_bytes - entry.bytes_sent if entry else None,
    )


def _recovered(tally: TurnStats, seen: Seen) -> tuple[str, ...]:
    if seen.reply is not None:
        return seen.reply.recovered
    return (
        tuple(tally.recovered)
        if tally.plan is None
        else list_recovered(tally, tally.plan)
    )


def _with_tokens(known: CallFacts, tally: TurnStats) -> CallFacts:
    charges = tuple(tally.answered.values())
    if not charges:
        return known
    return replace(
        known,
        usage=tally.own,
        input_modalities=_modalities(charges, "input"),
        output_modalities=_modalities(charges, "output"),
        cached_modalities=_modalities(charges, "cached"),
    )


def _modalities(charges: Iterable[Charge], kind: str) -> Mapping[str, int]:
    added = Counter[str]()
    for charge in charges:
        added.update(charge.modalities.get(kind, {}))
    return dict(added)


def _cost_usd(tally: TurnStats) -> float | None:
    cost = tally.entry.picousd if tally.entry is not None else None
    return None if cost is None else cost / PICO

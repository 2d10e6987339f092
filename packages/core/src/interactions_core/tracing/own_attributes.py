"""What spans say that the conventions have no name for, under one prefix. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

from interactions_core.tracing.facts import CallFacts
from interactions_core.usage import Usage

Value = str | bool | int | float | Sequence[str]
"""What an attribute of a span can be."""

PREFIX: Final = "interactions."

_CURRENCY: Final = "USD"


def own_attributes(facts: CallFacts) -> dict[str, Value]:
    """Return what is known, by the full name; what is not known is left out."""
    told: dict[str, Value | None] = {
        "framework": facts.framework or None,
        "session.id": facts.session_id or None,
        "thread.id": facts.thread_id or None,
        "job.key": facts.job or None,
        "background": facts.background or None,
        "separate": facts.is_separate or None,
        "plan.reason": facts.reason or None,
        "steps.sent": facts.steps_sent,
        "steps.avoided": facts.steps_avoided,
        "bytes.sent": facts.bytes_sent,
        "bytes.avoided": facts.bytes_avoided,
        "attempts": facts.attempts or None,
        "maybe_billed": facts.maybe_billed or None,
        "recovered": facts.recovered or None,
        "status": None if facts.kind == "wait" else (facts.status or None),
        "outcome": facts.outcome or None,
        "left": facts.is_left or None,
        **_waited(facts),
        **_cost(facts),
    }
    return {
        f"{PREFIX}{name}": value for name, value in told.items() if value is not None
    }


def _waited(facts: CallFacts) -> Mapping[str, Value | None]:
    """Say what a run took: by the conventions no span that reads one has its tokens."""
    if facts.kind != "wait":
        extra = facts.usage.tool_use_tokens if facts.usage else 0
        return {"usage.tool_use_tokens": extra or None}
    told: dict[str, Value | None] = {
        "polls": facts.polls,
        "request.target": facts.target,
    }
    return told if facts.usage is None else {**told, **_tokens(facts.usage)}


def _tokens(usage: Usage) -> Mapping[str, Value | None]:
    return {
        "usage.input_tokens": usage.input_tokens + usage.tool_use_tokens,
        "usage.cache_read.input_tokens": usage.cached_tokens or None,
        "usage.output_tokens": usage.output_tokens + usage.thought_tokens,
        "usage.reasoning.output_tokens": usage.thought_tokens or None,
        "usage.tool_use_tokens": usage.tool_use_tokens or None,
    }


def _cost(facts: CallFacts) -> Mapping[str, Value | None]:
    if facts.cost_usd is None:
        return {}
    return {"cost.amount": facts.cost_usd, "cost.currency": _CURRENCY}

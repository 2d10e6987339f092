"""An explanation as JSON; what is unknown is null. Pure."""

from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal

from interactions_core.canonical import JsonObject
from interactions_core.explaining.amounts import SENT_IN_FULL
from interactions_core.explaining.content import length_of
from interactions_core.explaining.explanation import Difference, Explanation, Side
from interactions_core.explaining.setup_words import setup_json
from interactions_core.records.interactions import InteractionRecord

SCHEMA = 1
"""Changes when a key goes, or changes its meaning."""


def as_json(told: Explanation, *, hide_content: bool = False) -> dict[str, object]:
    """Write an explanation as one JSON object, keys in this order.

    Args:
        told: The explanation.
        hide_content: Whether to tell sizes in place of texts, and lengths in place of
            steps.
    """
    return {
        "schema": SCHEMA,
        "turn": _turn(told, hide_content=hide_content),
        "why": told.why,
        "because": told.because,
        "sentence": told.sentence,
        "difference": _difference(told.difference, hide_content=hide_content),
        "setup": setup_json(told.setup, hide_content=hide_content),
        "sent": {**asdict(told.sent), "list_steps": told.listed},
        "chained": _chained(told),
        "same_in_session": {
            "turns": told.same,
            "of": told.among,
            "usd": _decimal(told.same_usd),
        },
        "advice": told.advice or None,
    }


def steps_json(
    steps: Sequence[JsonObject], *, hide_content: bool
) -> list[dict[str, object]]:
    """Write steps as the API has them, or their types and how many characters they say."""
    if not hide_content:
        return [dict(step) for step in steps]
    return [{"type": each.get("type"), "characters": length_of(each)} for each in steps]


def standing_json(record: InteractionRecord) -> dict[str, object]:
    """Write how an interaction ended, who answered, and for how long it is there."""
    return {
        "status": record.status,
        "target": record.target,
        "created_at": record.created_at,
        "expires_at": record.ends_at,
        "gone": record.gone,
        "stored": record.stored,
        "context": record.context,
    }


def _turn(told: Explanation, *, hide_content: bool) -> dict[str, object]:
    record, entry = told.record, told.entry
    return {
        "id": record.key,
        "number": told.turn or None,
        "session_id": told.scope.session_id,
        "thread_id": told.scope.thread_id,
        "parent_id": record.parent_id or None,
        "base_id": record.base_key or None,
        "link": told.link,
        "reason": record.reason,
        "sent_in_full": record.reason in SENT_IN_FULL,
        **standing_json(record),
        "attempts": entry.attempts if entry is not None else None,
        "maybe_billed": entry.maybe_billed if entry is not None else None,
        "recovered": list(entry.recovered) if entry is not None else None,
        "steps_sent": told.sent.steps,
        "bytes_sent": told.sent.bytes,
        "replay_steps": entry.replay_steps if entry is not None else None,
        "replay_bytes": entry.replay_bytes if entry is not None else None,
        "usage": asdict(entry.usage) if entry is not None else None,
        "cost": _cost(told),
        "job": (entry.job or None) if entry is not None else None,
        "sent_before": told.sent_before,
        "sent": steps_json(record.sent, hide_content=hide_content),
        "synthetic": list(record.synthetic),
        "held": steps_json(record.held, hide_content=hide_content),
    }


def _cost(told: Explanation) -> dict[str, object] | None:
    if told.usd is None:
        return None
    return {"usd": _decimal(told.usd), "prices": list(told.prices)}


def _chained(told: Explanation) -> dict[str, object] | None:
    if told.chained is None:
        return None
    return {**asdict(told.chained), "usd": _decimal(told.chained_usd)}


def _decimal(cost: Decimal | None) -> str | None:
    return None if cost is None else format(cost, "f")


def _difference(
    found: Difference | None, *, hide_content: bool
) -> dict[str, object] | None:
    if found is None:
        return None
    return {
        "step": found.step,
        "of": found.of,
        "kind": found.now.kind,
        "role": found.role,
        "change": found.change,
        "gone": found.gone,
        "added": found.added,
        "compared_with": found.compared_with,
        "then": _side(found.then, hide_content=hide_content),
        "now": _side(found.now, hide_content=hide_content),
    }


def _side(side: Side | None, *, hide_content: bool) -> dict[str, object] | None:
    if side is None:
        return None
    text = None if hide_content else side.text
    return {"kind": side.kind, "bytes": side.size, "mark": side.mark, "text": text}

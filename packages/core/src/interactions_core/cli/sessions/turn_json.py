"""A turn in the JSON of every command. Pure."""

from dataclasses import asdict

from interactions_core.cli.sessions.session_json import usd_json
from interactions_core.explaining.amounts import SENT_IN_FULL, repeated_steps
from interactions_core.explaining.as_json import standing_json, steps_json
from interactions_core.explaining.turn_facts import costs_of_turn, is_sent_again
from interactions_core.records.conversations import Content, Recorded
from interactions_core.records.costs import Costs


def turn_json(turn: Recorded) -> dict[str, object]:
    """Write a turn without content as one JSON object, keys in this order."""
    record, costs = turn.record, costs_of_turn(turn)
    is_paid = bool(turn.entries)
    recovered = dict.fromkeys(word for each in turn.entries for word in each.recovered)
    job = turn.job.key if turn.job else _job_of(turn)
    return {
        "id": record.key,
        "parent_id": record.parent_id or None,
        "base_id": record.base_key or None,
        "link": turn.link,
        "link_to": turn.link_to or None,
        "label": asdict(turn.label),
        "reason": record.reason,
        "sent_in_full": record.reason in SENT_IN_FULL,
        "sent_again": is_sent_again(turn),
        **standing_json(record),
        "attempts": costs.attempts if is_paid else None,
        "maybe_billed": costs.maybe_billed if is_paid else None,
        "recovered": [*recovered] if is_paid else None,
        "steps_sent": costs.steps_sent if is_paid else None,
        "bytes_sent": costs.bytes_sent if is_paid else None,
        "replay_steps": costs.replay_steps if is_paid else None,
        "replay_bytes": costs.replay_bytes if is_paid else None,
        "usage": asdict(costs.usage) if is_paid else None,
        "cost": _cost_json(turn, costs),
        "job": job,
    }


def content_json(
    content: Content | None,
    turn: Recorded,
    base: Recorded | None,
    *,
    hide_content: bool,
) -> dict[str, object]:
    """Write what was said in a turn; null where the store does not have it.

    Args:
        content: What was said.
        turn: The turn.
        base: The turn whose context it goes on from; `None` where it is not kept.
        hide_content: Whether to tell types and lengths alone.
    """
    if content is None:
        return {"sent_before": None, "sent": None, "synthetic": None, "held": None}
    sent, held = [*content.sent], [*content.held]
    return {
        "sent_before": repeated_before(content, turn, base),
        "sent": steps_json(sent, hide_content=hide_content),
        "synthetic": [*content.synthetic],
        "held": steps_json(held, hide_content=hide_content),
    }


def repeated_before(
    content: Content, turn: Recorded, base: Recorded | None
) -> int | None:
    """Count the steps that a turn sent again before its own; `None` for unknown."""
    costs = costs_of_turn(turn)
    return repeated_steps(
        turn.record,
        len(content.sent),
        costs.steps_sent if turn.entries else None,
        base.record if base else None,
    )


def _cost_json(turn: Recorded, costs: Costs) -> dict[str, object] | None:
    if not turn.entries or costs.unpriced:
        return None
    versions = {one.price.prices for each in turn.entries for one in each.charges}
    return {"usd": usd_json(costs.usd), "prices": sorted(versions - {""})}


def _job_of(turn: Recorded) -> str | None:
    return next((entry.job for entry in turn.entries if entry.job), None)

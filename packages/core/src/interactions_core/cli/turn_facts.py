"""What is told of a turn, in the text and the JSON of every command. Pure."""

from dataclasses import asdict

from interactions_core.canonical import JsonObject
from interactions_core.cli.session_json import usd_json
from interactions_core.explaining.amounts import SENT_IN_FULL
from interactions_core.explaining.as_json import steps_json
from interactions_core.explaining.content import text_of
from interactions_core.protocol.statuses import STATUSES
from interactions_core.records.conversations import Content, Recorded
from interactions_core.records.costs import Costs, costs_of


def costs_of_turn(turn: Recorded) -> Costs:
    """Add up what a turn took and cost; nothing for what was paid for elsewhere."""
    return sum(map(costs_of, turn.entries), Costs())


def is_sent_again(turn: Recorded) -> bool:
    """Tell whether a turn sent earlier answers again."""
    if turn.entries:
        return any(entry.sent_again for entry in turn.entries)
    return turn.link == "replayed"


def has_failed(turn: Recorded) -> bool:
    """Tell whether a turn came to no usable answer."""
    status = STATUSES.get(turn.record.status)
    return status is not None and status.error is not None


def is_plain(turn: Recorded) -> bool:
    """Tell whether a turn went on from the newest answer, and that was all."""
    is_continued = turn.record.reason == "continue" and turn.link == "chained"
    return is_continued and not (is_sent_again(turn) or has_failed(turn))


def said_by_user(content: Content) -> str:
    """Return what was said last to the model; "" where it is not kept."""
    for index in range(len(content.sent) - 1, -1, -1):
        step = content.sent[index]
        if step.get("type") == "user_input" and index not in content.synthetic:
            return text_of(step)
    return text_of(content.sent[-1]) if content.sent else ""


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
        "status": record.status,
        "target": record.target,
        "created_at": record.created_at,
        "expires_at": record.ends_at,
        "gone": record.gone,
        "stored": record.stored,
        "context": record.context,
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


def content_json(content: Content | None, *, hide_content: bool) -> dict[str, object]:
    """Write what was said in a turn; null where the store does not have it."""
    if content is None:
        return {"sent": None, "synthetic": None, "held": None}
    sent, held = [*content.sent], [*content.held]
    return {
        "sent": steps_json(sent, hide_content=hide_content),
        "synthetic": [*content.synthetic],
        "held": steps_json(held, hide_content=hide_content),
    }


def is_ours(content: Content, step: JsonObject) -> bool:
    """Tell whether a step was added by these packages, and is in no list."""
    return any(content.sent[i] is step for i in content.synthetic)


def _cost_json(turn: Recorded, costs: Costs) -> dict[str, object] | None:
    if not turn.entries or costs.unpriced:
        return None
    versions = {one.price.prices for each in turn.entries for one in each.charges}
    return {"usd": usd_json(costs.usd), "prices": sorted(versions - {""})}


def _job_of(turn: Recorded) -> str | None:
    return next((entry.job for entry in turn.entries if entry.job), None)

"""What is told of a turn, whoever tells it. Pure."""

from interactions_core.canonical import JsonObject
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


def is_ours(content: Content, step: JsonObject) -> bool:
    """Tell whether a step was added by these packages, and is in no list."""
    return any(content.sent[i] is step for i in content.synthetic)

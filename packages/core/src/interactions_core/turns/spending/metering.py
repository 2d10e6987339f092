"""Count whatever the service answers in a turn, whatever becomes of the answer.

An answer is counted when it comes, before anything can refuse it: one that failed, one
that is given up for a replay, and the first parts of one that was never finished. The
reply, or the error, of the turn carries the sum.
"""

from collections.abc import Mapping
from typing import TypeVar, cast

from interactions_core.canonical import JsonObject
from interactions_core.exceptions import InteractionsError
from interactions_core.records.charges import charge_of
from interactions_core.turns.context import TurnStats
from interactions_core.turns.effects import (
    Create,
    Effect,
    Fetch,
    Flow,
    NextEvent,
    with_answers,
)

T = TypeVar("T")


def metered(flow: Flow[T], tally: TurnStats) -> Flow[T]:
    """Carry a turn on and count what it is answered.

    Args:
        flow: The turn.
        tally: Where answers are counted.

    Returns:
        What the turn returns.

    Raises:
        InteractionsError: What the turn raises, with what was answered in `usage`.
    """

    def count(effect: Effect, answer: object) -> object:
        note_answer(tally, _interaction(effect, answer))
        return answer

    try:
        return (yield from with_answers(flow, count))
    except InteractionsError as raised:
        raised.usage = tally.spent
        raise


def note_answer(tally: TurnStats, interaction: JsonObject) -> None:
    """Count what an interaction says that it took; the last word on an id holds."""
    usage = interaction.get("usage")
    if isinstance(usage, Mapping):
        name = str(interaction.get("id") or f"unstored {len(tally.answered)}")
        tally.answered[name] = charge_of(interaction)


def _interaction(effect: Effect, answer: object) -> JsonObject:
    """Return the interaction that an effect was answered with, if it was with one."""
    found: object = None
    if isinstance(effect, Create | Fetch):
        found = answer
    elif isinstance(effect, NextEvent) and isinstance(answer, Mapping):
        # What drivers answer with is JSON.
        event = cast("JsonObject", answer)
        if event.get("event_type") == "interaction.completed":
            found = event.get("interaction")
    return cast("JsonObject", found) if isinstance(found, Mapping) else {}

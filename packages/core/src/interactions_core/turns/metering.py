"""Count whatever the service answers in a turn, whatever becomes of the answer.

An answer is counted when it comes, before anything can refuse it: one that failed, one
that is given up for a replay, and the first parts of one that was never finished. The
reply, or the error, of the turn carries the sum.
"""

import contextlib
from collections.abc import Mapping
from typing import TypeVar, cast

from interactions_core.canonical import JsonObject
from interactions_core.exceptions import InteractionsError
from interactions_core.turns.context import Tally
from interactions_core.turns.effects import Create, Effect, Fetch, Flow, NextEvent
from interactions_core.usage import usage_from_wire

T = TypeVar("T")


def metered(flow: Flow[T], tally: Tally) -> Flow[T]:
    """Carry a turn on and count what it is answered.

    Args:
        flow: The turn.
        tally: Where answers are counted.

    Returns:
        What the turn returns.

    Raises:
        InteractionsError: What the turn raises, with what was answered in `usage`.
    """
    answer: object = None
    error: BaseException | None = None
    with contextlib.closing(flow):
        while True:
            try:
                effect = flow.throw(error) if error else flow.send(answer)
            except StopIteration as done:
                return cast("T", done.value)
            except InteractionsError as raised:
                raised.usage = tally.spent
                raise
            answer = error = None
            try:
                answer = yield effect
            except GeneratorExit:
                raise
            # Where a reply is handed on, anything may be thrown.
            except BaseException as exc:  # noqa: BLE001 - the turn raises it
                error = exc
            else:
                note_answer(tally, _interaction(effect, answer))


def note_answer(tally: Tally, interaction: JsonObject) -> None:
    """Count what an interaction says that it took; the last word on an id holds."""
    usage = interaction.get("usage")
    if isinstance(usage, Mapping):
        name = str(interaction.get("id") or f"unstored {len(tally.answered)}")
        tally.answered[name] = usage_from_wire(usage)


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

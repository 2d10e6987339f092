"""Call functions by shorter names on the wire, and by their own wherever they are read.

Pure but for carrying a turn on. Whatever comes from the server has a function's own
name from then on: lists, digests and records do not know of the other one.
"""

from collections.abc import Mapping
from typing import Final, TypeVar, cast

from interactions_core.canonical import Json, JsonObject
from interactions_core.protocol.functions import short_name
from interactions_core.records.turn import Turn
from interactions_core.turns.effects import (
    Create,
    Effect,
    Fetch,
    Flow,
    NextEvent,
    with_answers,
)

T = TypeVar("T")

_NAMED: Final = frozenset({"function_call", "function_result"})


def with_own_names(flow: Flow[T], turn: Turn) -> Flow[T]:
    """Carry a turn on; what it is answered has functions under their own names."""
    own = _own_names(turn.settings.get("tools"))
    if not own:
        return flow

    def change(effect: Effect, answer: object) -> object:
        if not isinstance(answer, Mapping):
            return answer
        # What drivers answer with is JSON.
        found = cast("JsonObject", answer)
        if isinstance(effect, Create | Fetch):
            return _renamed_within(found, own)
        if isinstance(effect, NextEvent):
            return _renamed_event(found, own)
        return found

    return with_answers(flow, change)


def own_named(interaction: JsonObject, turn: Turn) -> JsonObject:
    """Return an interaction that another process has read, under the own names."""
    return _renamed_within(interaction, _own_names(turn.settings.get("tools")))


def _own_names(tools: Json) -> dict[str, str]:
    """Return the names of declared functions by those that they may have instead."""
    names = (
        str(tool.get("name") or "")
        for tool in (tools if isinstance(tools, list | tuple) else ())
        if isinstance(tool, Mapping) and tool.get("type") == "function"
    )
    return {short_name(name): name for name in names if short_name(name) != name}


def _renamed_event(event: JsonObject, own: Mapping[str, str]) -> JsonObject:
    step, interaction = event.get("step"), event.get("interaction")
    changed: dict[str, Json] = {}
    if isinstance(step, Mapping):
        changed["step"] = _renamed(step, own)
    if isinstance(interaction, Mapping):
        changed["interaction"] = _renamed_within(interaction, own)
    return {**event, **changed} if changed else event


def _renamed_within(interaction: JsonObject, own: Mapping[str, str]) -> JsonObject:
    steps = interaction.get("steps")
    if not own or not isinstance(steps, list | tuple):
        return interaction
    renamed = [
        _renamed(step, own) if isinstance(step, Mapping) else step for step in steps
    ]
    return {**interaction, "steps": renamed}


def _renamed(step: JsonObject, own: Mapping[str, str]) -> JsonObject:
    name = str(step.get("name") or "")
    if step.get("type") not in _NAMED or name not in own:
        return step
    return {**step, "name": own[name]}

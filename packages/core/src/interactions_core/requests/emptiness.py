"""Say that nothing was said, where a service refuses an empty text.

Pure.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, cast

from interactions_core.canonical import Json, JsonObject
from interactions_core.mapping.planning import Plan
from interactions_core.transcript.parts import text_part

NOTHING: Final = "(empty)"
"""What is sent for an empty text."""


def fill_empty(plan: Plan) -> Plan:
    """Return a plan in which no user's step and no result is empty."""
    steps = tuple(_filled(step) for step in plan.steps)
    if steps == plan.steps:
        return plan
    # The input is nobody's whole context any more.
    return replace(plan, steps=steps, base=None, base_steps=0)


def is_empty(step: JsonObject) -> bool:
    """Tell whether a step of the input says nothing, in text or media."""
    kind = step.get("type")
    if kind == "user_input":
        return _is_nothing(step.get("content"))
    return kind == "function_result" and _is_nothing(step.get("result"))


def _filled(step: JsonObject) -> JsonObject:
    if not is_empty(step):
        return step
    if step.get("type") == "function_result":
        return {**step, "result": NOTHING}
    return {**step, "content": [text_part(NOTHING).wire]}


def _is_nothing(value: Json) -> bool:
    if isinstance(value, str):
        return not value
    # Parts of a step are objects.
    parts = cast("list[JsonObject]", value) if isinstance(value, list) else None
    return parts is not None and not any(map(_says_something, parts))


def _says_something(part: Json) -> bool:
    if not isinstance(part, Mapping):
        return True
    return part.get("type") != "text" or bool(part.get("text"))

"""What was said in turns, each distinct step once. Pure."""

import json
from collections.abc import Mapping, Sequence
from typing import Final

from interactions_core.canonical import Json, JsonObject
from interactions_core.explaining.content import length_of, text_of
from interactions_core.records.conversations import Content
from interactions_core.records.mirror import is_redacted

LONGEST: Final = 8_000
"""Characters of a text that a page has whole."""

CUT: Final = 4_000
"""Characters that are left of a longer one."""

_LONGEST_MEDIA: Final = 200


def steps_table(
    keys: Sequence[str], contents: Mapping[str, Content], *, hide_content: bool
) -> dict[str, object]:
    """Return the steps of turns as a table, and which of them each turn has.

    Args:
        keys: The turns, in the order in which they are told.
        contents: What was said in them, as far as it is kept.
        hide_content: Whether to tell types and lengths alone.

    Returns:
        `steps`, each once, and `turns`: for each key the numbers of the steps that
        were sent, of those that came, and of those sent that are in no list; `None`
        where nothing is kept. `redacted` where only lengths are.
    """
    numbers: dict[str, int] = {}
    steps: list[object] = []

    def number(step: JsonObject) -> int:
        told = _hidden(step) if hide_content else _told(step)
        written = json.dumps(told, default=dict)
        if written not in numbers:
            numbers[written] = len(steps)
            steps.append(told)
        return numbers[written]

    turns: list[object] = []
    redacted = False
    for key in keys:
        content = contents.get(key)
        if content is None:
            turns.append(None)
            continue
        redacted |= is_redacted(content.held)
        sent, held = map(number, content.sent), map(number, content.held)
        turns.append([[*sent], [*held], [*content.synthetic]])
    return {"steps": steps, "turns": turns, "redacted": redacted}


def _hidden(step: JsonObject) -> dict[str, object]:
    return {"type": str(step.get("type")), "characters": length_of(step)}


def _told(step: JsonObject) -> dict[str, object]:
    """Return a step with its text as people read it, and its wire form if it is short."""
    text = text_of(step)
    told: dict[str, object] = {"type": str(step.get("type")), "text": text[:LONGEST]}
    if len(text) > LONGEST:
        told |= {"text": text[:CUT], "characters": len(text)}
    if step.get("redact"):
        told["characters"] = length_of(step)
    wire = _without_media(step)
    written = json.dumps(wire, default=dict)
    if len(written) <= 2 * LONGEST:
        told["wire"] = wire
    return told


def _without_media(value: Json) -> Json:
    """Say how long inline media are, in their place; signatures as well."""
    if isinstance(value, list | tuple):
        return [_without_media(each) for each in value]
    if not isinstance(value, Mapping):
        return value
    return {
        key: f"({len(each)} characters)"
        if key in {"data", "signature"}
        and isinstance(each, str)
        and len(each) > _LONGEST_MEDIA
        else _without_media(each)
        for key, each in value.items()
    }

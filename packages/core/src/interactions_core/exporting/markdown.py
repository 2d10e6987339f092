"""Steps as Markdown, for people. Pure.

All that anybody has said stands in fences that are longer than any run of backticks in
it: a text can neither end its fence nor be read as a heading, a link or HTML.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from interactions_core.canonical import Json, JsonObject
from interactions_core.exporting.blocks import blocks_of, is_media
from interactions_core.exporting.contexts import Context, ContextStep
from interactions_core.exporting.losses import Loss, loss_at
from interactions_core.exporting.media import (
    by_reference,
)

_TICKS: Final = re.compile(r"`+")
_BREAKS: Final = re.compile(r"[\r\n]+")
_SHORTEST: Final = 3
_HEADINGS: Final = {
    "user_input": "User",
    "model_output": "Model",
    "thought": "Thought",
    "function_call": "Call",
    "function_result": "Result",
}
_SAID: Final = frozenset({"user_input", "model_output"})


def to_markdown(
    context: Context,
    head: Mapping[str, Json],
    turns: Sequence[tuple[int, float]] = (),
) -> tuple[str, list[Loss]]:
    """Write a conversation as Markdown.

    Args:
        context: Its steps.
        head: What is said of it at the top, as a line of the other forms has it.
        turns: The number of each turn and when it was taken, in epoch seconds; where
            they are not those of the steps, turns are counted.

    Returns:
        The text, and what is not in it: bytes of media, and signatures.
    """
    shown = by_reference(context)
    losses = [*shown.losses]
    parts = ["# Conversation", fenced("\n".join(_head(head)))]
    headings = _turn_headings(shown.steps, turns)
    for number, step in enumerate(shown.steps, 1):
        if number - 1 in headings:
            parts.append(headings[number - 1])
        if step.wire.get("signature"):
            losses.append(loss_at("signature", number))
        if step.kind == "thought" and not step.wire.get("summary"):
            continue
        parts.append(f"### {_heading(step)}")
        parts += _body(step)
    return "\n\n".join(parts) + "\n", losses


def fenced(text: str, language: str = "") -> str:
    """Put a text into a fence that nothing in it can end."""
    longest = max(map(len, _TICKS.findall(text)), default=0)
    fence = "`" * max(_SHORTEST, longest + 1)
    end = "" if text.endswith("\n") else "\n"
    return f"{fence}{language}\n{text}{end}{fence}"


def _head(head: Mapping[str, Json]) -> Iterator[str]:
    """Say which conversation it is, a line for each thing that is known."""
    kind, _, name = str(head.get("target") or "").partition(":")
    told = {
        "thread": head.get("thread"),
        "tenant": head.get("session"),
        kind: name,
        "first": _time(head.get("first_at")),
        "newest": _time(head.get("last_at")),
        "branch": _branch(head.get("branch")),
    }
    for word, value in told.items():
        if value:
            yield f"{word:<8}{_BREAKS.sub(' ', str(value))}"


def _branch(place: Json) -> str:
    """Say which branch it is, the newest being the first; "" for the only one."""
    if not isinstance(place, Mapping) or place.get("of") == 1:
        return ""
    return f"{place.get('number')} of {place.get('of')}"


def _turn_headings(
    steps: Sequence[ContextStep], turns: Sequence[tuple[int, float]]
) -> dict[int, str]:
    """Return the heading of each turn by the index of its first step."""
    origins = ["held", *(step.origin for step in steps)]
    starts = [
        index
        for index, step in enumerate(steps)
        if not index or (step.origin == "sent" and origins[index] == "held")
    ]
    if len(starts) != len(turns):
        return {start: f"## Turn {n}" for n, start in enumerate(starts, 1)}
    return {
        start: f"## Turn {number}, {_time(at)}"
        for start, (number, at) in zip(starts, turns, strict=True)
    }


def _time(at: Json) -> str:
    if not isinstance(at, int | float):
        return ""
    said = datetime.fromtimestamp(at, UTC)
    return f"{said.day} {said:%b %Y %H:%M:%S} UTC"


def _heading(step: ContextStep) -> str:
    said = _HEADINGS.get(step.kind, "Step")
    if step.kind == "function_result" and step.wire.get("is_error"):
        said += " (error)"
    return f"{said} (not in the list)" if step.is_synthetic else said


def _body(step: ContextStep) -> Iterator[str]:
    wire = {key: value for key, value in step.wire.items() if key != "signature"}
    if step.kind in _SAID and not wire.keys() - {"type", "content"}:
        yield from _blocks(blocks_of(wire.get("content")))
    elif step.kind == "thought":
        yield from _blocks(blocks_of(wire.get("summary")))
    elif step.kind == "function_result" and isinstance(wire.get("result"), list):
        rest = {k: v for k, v in wire.items() if k != "result"}
        yield fenced(_json(rest), "json")
        yield from _blocks(blocks_of(wire.get("result")))
    else:
        yield fenced(_json(wire), "json")


def _blocks(blocks: Iterable[JsonObject]) -> Iterator[str]:
    for block in blocks:
        if not is_media(block) and "text" in block:
            yield fenced(str(block.get("text") or ""))
            rest = {k: v for k, v in block.items() if k not in {"type", "text"} and v}
            if rest:
                yield fenced(_json(rest), "json")
        else:
            yield fenced(_json(block), "json")


def _json(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, default=dict)

"""Steps as Markdown, for people. Pure.

All that anybody has said stands in fences that are longer than any run of backticks in
it: a text can neither end its fence nor be read as a heading, a link or HTML.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from interactions_core.canonical import Json, JsonObject
from interactions_core.exporting.blocks import blocks_of, is_media
from interactions_core.exporting.contexts import Context, ContextStep
from interactions_core.exporting.losses import Loss, loss_at
from interactions_core.exporting.media import (
    by_reference,
)

_TICKS: Final = re.compile(r"`+")
_SHORTEST: Final = 3
_HEADINGS: Final = {
    "user_input": "User",
    "model_output": "Model",
    "thought": "Thought",
    "function_call": "Call",
    "function_result": "Result",
}
_SAID: Final = frozenset({"user_input", "model_output"})


def to_markdown(context: Context, head: Mapping[str, Json]) -> tuple[str, list[Loss]]:
    """Write a conversation as Markdown.

    Args:
        context: Its steps.
        head: What is said of it at the top.

    Returns:
        The text, and what is not in it: bytes of media, and signatures.
    """
    shown = by_reference(context)
    losses = [*shown.losses]
    parts = ["# Conversation", fenced(_json(head), "json")]
    for number, step in enumerate(shown.steps, 1):
        if step.wire.get("signature"):
            losses.append(loss_at("signature", number))
        if step.kind == "thought" and not step.wire.get("summary"):
            continue
        parts.append(f"## {number}. {_heading(step)}")
        parts += _body(step)
    return "\n\n".join(parts) + "\n", losses


def fenced(text: str, language: str = "") -> str:
    """Put a text into a fence that nothing in it can end."""
    longest = max(map(len, _TICKS.findall(text)), default=0)
    fence = "`" * max(_SHORTEST, longest + 1)
    end = "" if text.endswith("\n") else "\n"
    return f"{fence}{language}\n{text}{end}{fence}"


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

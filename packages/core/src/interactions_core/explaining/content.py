"""What a store still knows of the steps of a list: their content, or nothing. Pure."""

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from interactions_core.canonical import Json, JsonObject
from interactions_core.records.mirror import is_redacted
from interactions_core.records.outlines import StepShape, keyed_mark
from interactions_core.transcript.media_hashes import media_hash
from interactions_core.transcript.parts import MEDIA_KINDS, part_from_wire
from interactions_core.transcript.replies import visible_reply
from interactions_core.transcript.steps import Step, function_result, user_input

_CLIENTS: Final = ("user_input", "function_result")


def said_steps(wires: Iterable[JsonObject]) -> list[Step]:
    """Read wire steps as a list would say them: replies without what is hidden."""
    steps: list[Step] = []
    reply: list[JsonObject] = []
    for wire in wires:
        if wire.get("type") not in _CLIENTS:
            reply.append(wire)
            continue
        steps += visible_reply(reply)
        reply = []
        steps.append(_step_of(wire))
    return [*steps, *visible_reply(reply)]


def contents(
    shapes: Sequence[StepShape], wires: Sequence[JsonObject], secret: bytes
) -> dict[int, JsonObject]:
    """Find the content of steps.

    Args:
        shapes: The steps.
        wires: What a store has of the wire steps of that list and its answer.
        secret: What the store keys marks with.

    Returns:
        Content by position; what is not kept is left out.
    """
    if is_redacted(wires):
        return {}
    steps = said_steps(wires)
    known = {keyed_mark(step.mark, secret): step.wire for step in steps}
    found = {i: known[s.mark] for i, s in enumerate(shapes) if s.mark in known}
    # Pictures of AutoGen go by their pixels, and cannot be found by their bytes.
    if [step.kind for step in steps] == [shape.kind for shape in shapes]:
        found = {i: step.wire for i, step in enumerate(steps)} | found
    return found


def text_of(wire: JsonObject) -> str:
    """Say what a step says, in plain text; media by their type, size and hash."""
    kind = wire.get("type")
    if kind == "function_call":
        return f"{wire.get('name')}({_dump(wire.get('arguments'))})"
    if kind == "function_result":
        result = wire.get("result")
        said = _blocks_text(result) if isinstance(result, list) else _plain(result)
        return f"{wire.get('name') or wire.get('call_id')} -> {said}"
    return _blocks_text(wire.get("content") or wire.get("summary"))


def length_of(wire: JsonObject) -> int:
    """Count the characters of what a step says, also where only that is kept."""
    if not wire.get("redact"):
        return len(text_of(wire))
    kept = (block.get("chars") for block in _blocks(wire))
    return sum(count for count in kept if isinstance(count, int))


def differs_in_media(then: JsonObject, now: JsonObject) -> bool:
    """Tell whether two steps differ in the bytes of media, and in no text."""
    before, after = _blocks(then), _blocks(now)
    texts = [
        [b for b in blocks if b.get("type") == "text"] for blocks in (before, after)
    ]
    return texts[0] == texts[1] and any(
        block.get("type") in MEDIA_KINDS for block in (*before, *after)
    )


def differs_in_numbers(then: JsonObject, now: JsonObject) -> bool:
    """Tell whether two calls or results are the same JSON but for numbers."""
    key = "arguments" if then.get("type") == "function_call" else "result"
    one, other = _parsed(then.get(key)), _parsed(now.get(key))
    return one != other and _without_numbers(one) == _without_numbers(other)


def _step_of(wire: JsonObject) -> Step:
    if wire.get("type") == "user_input":
        return user_input([part_from_wire(block) for block in _blocks(wire)])
    result = wire.get("result")
    if isinstance(result, list | tuple):
        result = [part_from_wire(b) for b in result if isinstance(b, Mapping)]
    elif not isinstance(result, str | Mapping):
        result = str(result)
    return function_result(
        str(wire.get("call_id")),
        str(wire.get("name") or ""),
        result,
        is_error=bool(wire.get("is_error")),
    )


def _blocks(wire: JsonObject) -> list[JsonObject]:
    content = wire.get("content", wire.get("result"))
    if not isinstance(content, list | tuple):
        return []
    return [block for block in content if isinstance(block, Mapping)]


def _blocks_text(content: Json) -> str:
    blocks = content if isinstance(content, list | tuple) else []
    return " ".join(_block_text(b) for b in blocks if isinstance(b, Mapping))


def _block_text(block: JsonObject) -> str:
    if block.get("type") == "text":
        return str(block.get("text") or "")
    if block.get("type") not in MEDIA_KINDS:
        return _dump(block)
    said = " ".join(str(block[k]) for k in ("type", "mime_type", "uri") if block.get(k))
    data = block.get("data")
    if isinstance(data, str):
        said += f", {_decoded_size(data):,} bytes, SHA-256 {media_hash(data)[:12]}…"
    return f"[{said}]"


def _decoded_size(data: str) -> int:
    try:
        return len(base64.b64decode(data))
    except ValueError:
        return len(data)


def _plain(result: Json) -> str:
    return result if isinstance(result, str) else _dump(result)


def _dump(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=dict)


def _parsed(value: Json) -> Json:
    if isinstance(value, list | tuple) and len(value) == 1:
        [block] = value
        value = block.get("text") if isinstance(block, Mapping) else value
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _without_numbers(value: Json) -> Json:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return 0
    if isinstance(value, Mapping):
        return {key: _without_numbers(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_numbers(item) for item in value]
    return value

"""What the session store keeps of the content of an answer.

Pure. `"full"` keeps every step byte-exact. `"signatures"` keeps what a replay needs
beside the message list: signatures, call ids and the lengths of texts, for data that
must not rest locally.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, Literal

from interactions_core.canonical import Json, JsonObject
from interactions_core.records.interactions import InteractionRecord
from interactions_core.transcript.parts import Part, part_from_wire, text_part
from interactions_core.transcript.replies import pending_calls
from interactions_core.transcript.steps import Step, model_output

Mirror = Literal["full", "signatures"]

_KEPT: Final = {
    "thought": ("type", "signature"),
    "function_call": ("type", "id", "name", "signature"),
}


def apply_mirror(record: InteractionRecord, mirror: Mirror) -> InteractionRecord:
    """Reduce a record to what a store of this policy may hold.

    Without content an answer that was given locally is no longer recognised; the
    list then says what was said.
    """
    if mirror == "full":
        return record
    return replace(record, held=redact(record.held), sent=(), local_results=())


def redact(held: Sequence[JsonObject]) -> tuple[JsonObject, ...]:
    """Drop the content of an answer and keep its bones.

    Steps of tools that ran on the server are left out, calls of an agent's own
    functions included: without their content the API has no use for them.
    """
    pending = pending_calls(held)
    return tuple(
        bone
        for step in held
        if step.get("type") != "function_call" or step.get("id") in pending
        if (bone := _redact_step(step)) is not None
    )


def is_redacted(held: Iterable[JsonObject]) -> bool:
    """Tell whether the content of an answer was dropped."""
    return any(step.get("redact") for step in held)


def rehydrate(held: Sequence[JsonObject], steps: Sequence[Step]) -> list[JsonObject]:
    """Put the content of a message list back onto the bones of an answer.

    Args:
        held: The answer as recorded, whole or as a skeleton.
        steps: The steps of the list that agreed with it.

    Returns:
        The answer as the server held it; whole records come back as they are.
    """
    if not is_redacted(held):
        return list(held)
    content = list(_content(steps))
    calls = {
        str(step.wire["id"]): step.wire
        for step in steps
        if step.kind == "function_call"
    }
    flesh: list[JsonObject] = []
    for step in held:
        if step["type"] == "model_output":
            parts = _take_parts(content, step)
            if parts:
                flesh.append(model_output(parts).wire)
        elif step["type"] == "function_call":
            flesh.append(_without_flag({**calls[str(step["id"])], **step}))
        else:
            flesh.append(_without_flag(step))
    return flesh


def _redact_step(step: JsonObject) -> JsonObject | None:
    kind = str(step.get("type"))
    if kind == "model_output":
        content = step.get("content")
        blocks = content if isinstance(content, list) else []
        shape = [
            {"type": "text", "chars": len(str(block.get("text") or ""))}
            if block.get("type") == "text"
            else {"type": block.get("type")}
            for block in blocks
            if isinstance(block, Mapping)
        ]
        return {"type": kind, "content": shape, "redact": True}
    if kind in _KEPT:
        return {key: step[key] for key in _KEPT[kind] if key in step} | {"redact": True}
    return None


def _content(steps: Sequence[Step]) -> Iterator[Part]:
    for step in steps:
        blocks = step.wire.get("content")
        if step.kind == "model_output" and isinstance(blocks, list):
            yield from (part_from_wire(b) for b in blocks if isinstance(b, Mapping))


def _take_parts(content: list[Part], bone: JsonObject) -> list[Part]:
    """Cut the parts that a bone describes off the front of the content."""
    shape = bone["content"]
    taken: list[Part] = []
    for block in shape if isinstance(shape, list) else []:
        if not content or not isinstance(block, Mapping):
            break
        if block["type"] != "text":
            taken.append(content.pop(0))
            continue
        text, chars = str(content[0].wire.get("text")), _chars(block)
        taken.append(text_part(text[:chars]))
        if text[chars:]:
            content[0] = text_part(text[chars:])
        else:
            content.pop(0)
    return taken


def _chars(block: JsonObject) -> int:
    chars = block["chars"]
    return chars if isinstance(chars, int) else 0


def _without_flag(step: JsonObject) -> dict[str, Json]:
    return {key: value for key, value in step.items() if key != "redact"}

"""Writes an interaction as the server-sent events of the API.

Framing and order are those of every recorded stream: no ids, comments or
heartbeats, one status update, `[DONE]` at the end.
"""

from collections.abc import Iterator

from interactions_emulator.payloads import (
    JsonObject,
    Step,
    dump,
    dump_text,
    is_list,
    is_object,
)
from interactions_emulator.records import Interaction, resource

DONE = b"event: done\ndata: [DONE]\n\n"
_CHUNK = 80


def frame(event: JsonObject) -> bytes:
    """Frame one event; its name is repeated in the JSON."""
    return b"event: %b\ndata: %b\n\n" % (str(event["event_type"]).encode(), dump(event))


def stream_events(record: Interaction) -> Iterator[JsonObject]:
    """Yield every event of the interaction, without the final `[DONE]`."""
    shown = resource(record)
    shown_id = shown.get("id", "")
    yield _created(shown, shown_id)
    yield {
        "interaction_id": shown_id,
        "status": "in_progress",
        "event_type": "interaction.status_update",
    }
    for index, step in enumerate(record.steps):
        yield from _step_events(index, step, record.model)
    yield _completed(shown, shown_id)


def _created(shown: JsonObject, shown_id: str) -> JsonObject:
    interaction = {
        "id": shown_id,
        "status": "in_progress",
        "object": "interaction",
        "model": shown["model"],
    }
    return {"interaction": interaction, "event_type": "interaction.created"}


def _completed(shown: JsonObject, shown_id: str) -> JsonObject:
    rest = {key: value for key, value in shown.items() if key != "steps"}
    interaction = {"id": shown_id} | rest
    return {"interaction": interaction, "event_type": "interaction.completed"}


def _step_events(index: int, step: Step, model: str) -> Iterator[JsonObject]:
    start = _start(step, model)
    yield {"index": index, "step": start, "event_type": "step.start"}
    for delta in _deltas(step, model):
        yield {"index": index, "delta": delta, "event_type": "step.delta"}
    yield {"index": index, "event_type": "step.stop"}


def _start(step: Step, model: str) -> JsonObject:
    kind = str(step.get("type"))
    if kind in {"thought", "model_output", "user_input"}:
        return {"type": kind}
    if kind == "function_call":
        unsigned: JsonObject = {"type": kind, "name": step["name"], "arguments": {}}
        signature = {"signature": ""} if model.startswith("gemini-2.5") else {}
        return {"id": step["id"]} | signature | unsigned
    key = "call_id" if "call_id" in step else "id"
    named = {"name": step["name"]} if kind == "function_result" else {}
    return {key: step.get(key, ""), "signature": "", "type": kind} | named


def _deltas(step: Step, model: str) -> Iterator[JsonObject]:
    kind = step.get("type")
    if kind == "thought":
        yield from _thought_deltas(step, model)
    elif kind in {"model_output", "user_input"}:
        content = step.get("content")
        for item in content if is_list(content) else ():
            yield from _content_deltas(item)
    elif kind == "function_call":
        if step.get("arguments"):
            arguments = dump_text(step["arguments"])
            yield {"arguments": arguments, "type": "arguments_delta"}
    else:
        yield {key: v for key, v in step.items() if key not in {"id", "call_id"}}


def _thought_deltas(step: Step, model: str) -> Iterator[JsonObject]:
    summary = step.get("summary")
    for block in summary if is_list(summary) else ():
        yield {"content": block, "type": "thought_summary"}
        # Recorded on 2.5-flash only (2026-06-05): the last one counts.
        if model.startswith("gemini-2.5"):
            yield {"signature": "", "type": "thought_signature"}
    if "signature" in step:
        yield {"signature": step["signature"], "type": "thought_signature"}


def _content_deltas(item: object) -> Iterator[JsonObject]:
    if not is_object(item):
        return
    if item.get("type", "text") != "text":
        yield item
        return
    for piece in _pieces(str(item.get("text", ""))):
        yield {"text": piece, "type": "text"}
    if item.get("annotations"):
        annotations = item["annotations"]
        yield {"annotations": annotations, "type": "text_annotation_delta"}


def _pieces(text: str) -> Iterator[str]:
    """Cut at spaces into pieces of a recorded size."""
    while len(text) > _CHUNK:
        cut = text.rfind(" ", 1, _CHUNK)
        cut = cut if cut > 0 else _CHUNK
        yield text[:cut]
        text = text[cut:]
    if text:
        yield text

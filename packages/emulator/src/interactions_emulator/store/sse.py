"""Writes an interaction as the server-sent events of the API.

Framing and order are those of every recorded stream: no ids, comments or
heartbeats, one status update, `[DONE]` at the end.
"""

from collections.abc import Callable, Iterator
from itertools import islice

from interactions_emulator.base.models import streams_empty_signatures
from interactions_emulator.base.payloads import (
    JsonObject,
    Step,
    dump,
    dump_text,
    is_list,
    is_object,
)
from interactions_emulator.store.interactions import Interaction, resource

DONE = b"event: done\ndata: [DONE]\n\n"
_CHUNK = 80
_NOT_STREAMED = frozenset({"id", "call_id", "search_type"})
"""In `step.start` already, or missing from recorded streams."""


def frame(event: JsonObject) -> bytes:
    """Frame one event; its name is repeated in the JSON."""
    return b"event: %b\ndata: %b\n\n" % (str(event["event_type"]).encode(), dump(event))


def created(shown: Interaction) -> JsonObject:
    """Build the first event; on Vertex an agent's run names no maker (recorded)."""
    body = resource(shown)
    interaction = {
        "id": body.get("id", ""),
        "status": "queued" if shown.status == "queued" else "in_progress",
        "object": "interaction",
    }
    if not _is_anonymous(shown):
        # The sandbox is known from the start (live notes, June 2026).
        named = ("model", "agent", "environment_id")
        interaction |= {key: body[key] for key in named if key in body}
    return {"interaction": interaction, "event_type": "interaction.created"}


def status_update(record: Interaction) -> JsonObject:
    """Build the one status update that every recorded stream has."""
    return {
        "interaction_id": record.id if record.stored else "",
        "status": "in_progress",
        "event_type": "interaction.status_update",
    }


def completed(shown: Interaction) -> JsonObject:
    """Build the last event: everything but the steps."""
    hidden = {"steps", "agent"} if _is_anonymous(shown) else {"steps"}
    body = {key: v for key, v in resource(shown).items() if key not in hidden}
    interaction = {"id": body.get("id", "")} | body
    return {"interaction": interaction, "event_type": "interaction.completed"}


def step_events(
    index: int, step: Step, model: str, arguments_chars: int = 0
) -> Iterator[JsonObject]:
    """Yield the events of one step.

    Args:
        index: Place of the step.
        step: The whole step.
        model: Decides about empty signatures.
        arguments_chars: Cut a call's arguments into such pieces; 0 for no cuts.
    """
    start = _start(step, model)
    yield {"index": index, "step": start, "event_type": "step.start"}
    for delta in _deltas(step, model, arguments_chars):
        yield {"index": index, "delta": delta, "event_type": "step.delta"}
    yield {"index": index, "event_type": "step.stop"}


class LiveSteps:
    """Writes the events of an answer that is still being made.

    Their order is that of the finished answer: the thought, whose summary is one
    block and so has to be over; the text as it comes; the calls, which are whole
    at the end only.
    """

    def __init__(self, model: str, think: Callable[[str], Step]) -> None:
        self.thought: Step | None = None
        """The thought that was sent, once the text has begun."""
        self._model = model
        self._think = think
        self._reasoning = ""
        self._started = 0

    def add(self, text: str, reasoning: str) -> Iterator[JsonObject]:
        """Yield the events of the next words."""
        self._reasoning += reasoning
        yield from self._start(0, "thought")
        if not text:
            return
        if self.thought is None:
            self.thought = self._think(self._reasoning)
            yield from self._rest_of(self.thought)
            yield from self._start(1, "model_output")
        delta = {"text": text, "type": "text"}
        yield {"index": 1, "delta": delta, "event_type": "step.delta"}

    def end(self, steps: list[Step]) -> Iterator[JsonObject]:
        """Yield what is missing of the finished answer."""
        yield from self._start(0, "thought")
        if self.thought is None:
            yield from self._rest_of(steps[0])
        else:
            yield {"index": 1, "event_type": "step.stop"}
        for index in range(self._started, len(steps)):
            yield from step_events(index, steps[index], self._model)

    def _start(self, index: int, kind: str) -> Iterator[JsonObject]:
        if self._started == index:
            self._started += 1
            start = {"type": kind}
            yield {"index": index, "step": start, "event_type": "step.start"}

    def _rest_of(self, thought: Step) -> Iterator[JsonObject]:
        return islice(step_events(0, thought, self._model), 1, None)


def _is_anonymous(shown: Interaction) -> bool:
    on_vertex = shown.stored and not shown.id.startswith("v1_")
    return on_vertex and shown.agent is not None


def _start(step: Step, model: str) -> JsonObject:
    kind = str(step.get("type"))
    if kind in {"thought", "model_output", "user_input"}:
        return {"type": kind}
    if kind == "function_call":
        unsigned: JsonObject = {"type": kind, "name": step["name"], "arguments": {}}
        signature = {"signature": ""} if streams_empty_signatures(model) else {}
        return {"id": step["id"]} | signature | unsigned
    key = "call_id" if "call_id" in step else "id"
    named = {name: step[name] for name in ("name", "server_name") if name in step}
    return {key: step.get(key, ""), "signature": "", "type": kind} | named


def _deltas(step: Step, model: str, arguments_chars: int) -> Iterator[JsonObject]:
    kind = step.get("type")
    if kind == "thought":
        yield from _thought_deltas(step, model)
    elif kind in {"model_output", "user_input"}:
        content = step.get("content")
        for item in content if is_list(content) else ():
            yield from _content_deltas(item)
    elif kind == "function_call":
        if step.get("arguments"):
            yield from _arguments_deltas(dump_text(step["arguments"]), arguments_chars)
    else:
        yield {key: v for key, v in step.items() if key not in _NOT_STREAMED}


def _arguments_deltas(arguments: str, size: int) -> Iterator[JsonObject]:
    """Recorded whole, up to 69 KB; the SDK's type allows fragments."""
    size = size or len(arguments)
    for at in range(0, len(arguments), size):
        yield {"arguments": arguments[at : at + size], "type": "arguments_delta"}


def _thought_deltas(step: Step, model: str) -> Iterator[JsonObject]:
    summary = step.get("summary")
    for block in summary if is_list(summary) else ():
        yield {"content": block, "type": "thought_summary"}
        # Recorded on 2.5-flash only (2026-06-05): the last one counts.
        if streams_empty_signatures(model):
            yield {"signature": "", "type": "thought_signature"}
    if "signature" in step:
        yield {"signature": step["signature"], "type": "thought_signature"}


def _content_deltas(item: object) -> Iterator[JsonObject]:
    if not is_object(item):
        return
    if item.get("type", "text") != "text":
        yield item
        return
    for piece in pieces(str(item.get("text", ""))):
        yield {"text": piece, "type": "text"}
    if item.get("annotations"):
        annotations = item["annotations"]
        yield {"annotations": annotations, "type": "text_annotation_delta"}


def pieces(text: str) -> Iterator[str]:
    """Cut at spaces into pieces of a recorded size; each character is copied once."""
    at = 0
    while len(text) - at > _CHUNK:
        cut = text.rfind(" ", at + 1, at + _CHUNK)
        cut = cut if cut > 0 else at + _CHUNK
        yield text[at:cut]
        at = cut
    if at < len(text):
        yield text[at:]

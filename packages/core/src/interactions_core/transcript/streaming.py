"""Put an interaction together from its events, and say what can be shown of them.

Pure. Unary and streamed answers end as the same steps; fields and kinds that this
version does not know are kept as they came.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from interactions_core.canonical import Json, JsonObject, parsed_arguments
from interactions_core.transcript.parts import MEDIA_KINDS


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the answer's text; `index` counts the answer's steps."""

    index: int
    text: str


@dataclass(frozen=True, slots=True)
class ThoughtDelta:
    """A piece of a thought summary."""

    index: int
    text: str


@dataclass(frozen=True, slots=True)
class CallStarted:
    """The model begins to call a function."""

    index: int
    call_id: str
    name: str


@dataclass(frozen=True, slots=True)
class ArgumentsDelta:
    """A piece of the arguments of a call, as JSON text."""

    index: int
    fragment: str


@dataclass(frozen=True, slots=True)
class MediaDelta:
    """A whole picture, sound, video or document, as a content block of the wire."""

    index: int
    block: JsonObject


@dataclass(frozen=True, slots=True)
class ServerStep:
    """A step of something that ran on the server, whole: a search, a code run."""

    index: int
    step: JsonObject


StreamEvent = (
    TextDelta | ThoughtDelta | CallStarted | ArgumentsDelta | MediaDelta | ServerStep
)
"""What a stream shows before its answer is complete."""

_SAID: Final = frozenset({"user_input", "model_output", "thought", "function_call"})
"""Steps whose content is shown as it comes, or is none of the answer's."""

_Draft = dict[str, Json]


@dataclass(slots=True)
class Assembler:
    """Collects the events of one interaction.

    Attributes:
        interaction: What the events said of the interaction, the last word winning.
        completed: Whether `interaction.completed` has come; without it nothing counts.
        error: The body of an `error` event, if one with content came.
        repeats: Whether something came again that comes once: events were delivered
            twice, and what was assembled may hold some of them twice.
    """

    interaction: dict[str, Json] = field(default_factory=dict[str, Json])
    completed: bool = False
    error: JsonObject | None = None
    repeats: bool = False
    _is_created: bool = False
    _stopped: set[int] = field(default_factory=set[int])
    _event_ids: set[str] = field(default_factory=set[str])
    _drafts: dict[int, _Draft] = field(default_factory=dict[int, _Draft])
    _arguments: dict[int, list[str]] = field(default_factory=dict[int, list[str]])

    @property
    def steps(self) -> tuple[JsonObject, ...]:
        """The steps so far, in the order of their index."""
        return tuple(self._step(index) for index in sorted(self._drafts))

    def has_heard(self, event: JsonObject) -> bool:
        """Tell whether an event of this name was fed before; most have no name."""
        return event.get("event_id") in self._event_ids

    def feed(self, event: JsonObject) -> Iterator[StreamEvent]:
        """Take one event; yield what a framework can show of it at once.

        API: only events of runs in the background have names (`event_id`). Of the
        others it shows only in their order that they came twice; a delta that came
        twice in a row cannot be told from one that says the same again.
        """
        if self.has_heard(event):
            return
        if event.get("event_id"):
            self._event_ids.add(str(event["event_id"]))
        if self._comes_again(event):
            self.repeats = True
            return
        match event.get("event_type"):
            case "interaction.created" | "interaction.completed" as kind:
                self._is_created = True
                self.interaction.update(_mapping(event.get("interaction")))
                self.completed = self.completed or kind == "interaction.completed"
            case "step.start":
                yield from self._start(_index(event), _mapping(event.get("step")))
            case "step.delta":
                yield from self._delta(_index(event), _mapping(event.get("delta")))
            case "step.stop":
                yield from self._stop(_index(event))
            case "error":
                self.error = _mapping(event.get("error")) or self.error
            case _:
                pass

    def _comes_again(self, event: JsonObject) -> bool:
        """Tell whether this is an event that can only be there twice by mistake."""
        index = _index(event)
        match event.get("event_type"):
            case "interaction.created":
                return self._is_created
            case "step.start":
                return index in self._drafts
            case "step.delta" | "step.stop":
                return index in self._stopped
            case _:
                return False

    def _start(self, index: int, step: JsonObject) -> Iterator[StreamEvent]:
        self._drafts[index] = dict(step)
        if step.get("type") == "function_call":
            yield CallStarted(index, str(step.get("id")), str(step.get("name")))
        for block in _list(step.get("content")):
            if block.get("type") == "text":
                yield TextDelta(index, str(block.get("text") or ""))
            elif block.get("type") in MEDIA_KINDS:
                yield MediaDelta(index, block)
        for block in _list(step.get("summary")):
            yield ThoughtDelta(index, str(block.get("text") or ""))

    def _stop(self, index: int) -> Iterator[StreamEvent]:
        self._stopped.add(index)
        if index in self._drafts and self._drafts[index].get("type") not in _SAID:
            yield ServerStep(index, self._step(index))

    def _delta(self, index: int, delta: JsonObject) -> Iterator[StreamEvent]:
        draft = self._drafts.setdefault(index, {"type": "model_output"})
        match delta.get("type"):
            case "text":
                text = str(delta.get("text") or "")
                _append_text(draft, "content", text)
                yield TextDelta(index, text)
            case "thought_summary":
                text = str(_mapping(delta.get("content")).get("text") or "")
                _append_text(draft, "summary", text)
                yield ThoughtDelta(index, text)
            case "thought_signature":
                draft["signature"] = delta.get("signature") or draft.get(
                    "signature", ""
                )
            case "arguments_delta":
                fragment = str(delta.get("arguments") or "")
                self._arguments.setdefault(index, []).append(fragment)
                yield ArgumentsDelta(index, fragment)
            case "text_annotation_delta":
                _annotate(draft, delta.get("annotations"))
            case "image" | "audio" | "video" | "document":
                draft["content"] = [*_list(draft.get("content")), delta]
                yield MediaDelta(index, delta)
            case _:
                draft.update({k: v for k, v in delta.items() if k != "type"})

    def _step(self, index: int) -> JsonObject:
        """Return a step with what is there of its arguments."""
        draft, text = self._drafts[index], "".join(self._arguments.get(index, ()))
        return {**draft, "arguments": parsed_arguments(text)} if text else draft


def events_of(steps: Sequence[JsonObject]) -> Iterator[StreamEvent]:
    """Yield what a stream of these steps would have shown."""
    assembler = Assembler()
    for index, step in enumerate(steps):
        told: JsonObject = {"index": index, "step": step}
        yield from assembler.feed({"event_type": "step.start", **told})
        if step.get("type") == "function_call":
            arguments = json.dumps(step.get("arguments", {}), ensure_ascii=False)
            yield ArgumentsDelta(index, arguments)
        yield from assembler.feed({"event_type": "step.stop", "index": index})


def whole_events(interaction: JsonObject) -> Iterator[JsonObject]:
    """Write the events of a stream that tells of a whole interaction."""
    body = {key: value for key, value in interaction.items() if key != "steps"}
    yield {"event_type": "interaction.created", "interaction": body}
    for index, step in enumerate(steps_of(interaction)):
        called = step.get("arguments") if step.get("type") == "function_call" else None
        none: JsonObject = {}
        started: JsonObject = {**step, "arguments": none} if called else step
        yield {"event_type": "step.start", "index": index, "step": started}
        if called:
            delta: JsonObject = {"type": "arguments_delta", "arguments": _text(called)}
            yield {"event_type": "step.delta", "index": index, "delta": delta}
        yield {"event_type": "step.stop", "index": index}
    yield {"event_type": "interaction.completed", "interaction": body}


def _text(arguments: Json) -> str:
    if isinstance(arguments, str):
        return arguments
    return json.dumps(arguments, ensure_ascii=False)


def steps_of(interaction: JsonObject) -> tuple[JsonObject, ...]:
    """Return the steps that the model made; a GET may put the input before them."""
    steps = interaction.get("steps")
    found = steps if isinstance(steps, list) else []
    return tuple(
        step
        for step in found
        if isinstance(step, Mapping) and step.get("type") != "user_input"
    )


def read_whole(interaction: JsonObject) -> Assembler:
    """Assemble an interaction that was read from the server."""
    assembler = Assembler(dict(interaction), completed=True)
    for index, step in enumerate(steps_of(interaction)):
        for _ in assembler.feed(
            {"event_type": "step.start", "index": index, "step": step}
        ):
            pass
    return assembler


def event_error(interaction: JsonObject) -> str:
    """Return the API's own words for why an interaction failed, "" for none."""
    errors = [
        *_list(interaction.get("errors")),
        *(_mapping(step.get("error")) for step in _list(interaction.get("steps"))),
    ]
    return "; ".join(str(e["message"]) for e in errors if e.get("message"))


def _index(event: JsonObject) -> int:
    index = event.get("index")
    return index if isinstance(index, int) else 0


def _mapping(value: Json) -> JsonObject:
    return value if isinstance(value, Mapping) else {}


def _list(value: Json) -> list[JsonObject]:
    if not isinstance(value, list):
        return []
    return [item for item in value if isinstance(item, Mapping)]


def _append_text(draft: _Draft, key: str, text: str) -> None:
    blocks = _list(draft.get(key))
    last: JsonObject = blocks[-1] if blocks else {}
    if last.get("type") == "text" and "annotations" not in last:
        joined = {**last, "text": str(last.get("text") or "") + text}
        draft[key] = [*blocks[:-1], joined]
    elif text:
        draft[key] = [*blocks, {"text": text, "type": "text"}]


def _annotate(draft: _Draft, annotations: Json) -> None:
    blocks = _list(draft.get("content"))
    if blocks:
        draft["content"] = [*blocks[:-1], {**blocks[-1], "annotations": annotations}]

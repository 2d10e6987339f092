"""Canonical steps: what a message list means, in the API's own units.

Pure. A `Step` holds what a replay would send and the hash of exactly that. Thought
text, signatures, annotations and citations are never part of the hash.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from interactions_core.canonical import (
    Json,
    JsonObject,
    canonical_bytes,
    canonical_hash,
)
from interactions_core.protocol.functions import wire_name
from interactions_core.transcript.media_hashes import media_hash

MediaKind = Literal["image", "audio", "video", "document"]

MEDIA_KINDS: Final[frozenset[str]] = frozenset({"image", "audio", "video", "document"})

MODEL_KINDS: Final = frozenset({"model_output", "function_call"})
"""Kinds of canonical steps that a model says; `function_result` is the client's."""


Thoughts = Mapping[int, Sequence[JsonObject]]
"""Thought steps by the number of steps of the list that come before them."""

_SAID: Final = ("user_input", "model_output")

_LONGEST_KNOWN: Final = 4_000
"""Characters of a text whose step is remembered; bounds what that takes."""


@dataclass(frozen=True, slots=True)
class Step:
    """One canonical step.

    Attributes:
        wire: The step as a replay sends it, e.g. `{"type": "user_input", ...}`.
        mark: SHA-256 of what identifies it, 32 bytes.
    """

    wire: JsonObject
    mark: bytes

    @property
    def kind(self) -> str:
        """The step's `type` on the wire."""
        return str(self.wire["type"])


@dataclass(frozen=True, slots=True)
class Part:
    """One content block of a `user_input`, a `model_output` or a result.

    Attributes:
        wire: The block as it is sent.
        identity: What is hashed for it: media go by the hash of their bytes.
    """

    wire: JsonObject
    identity: Json


def text_part(text: str) -> Part:
    """Make a text block; not a character of it is changed."""
    wire = {"type": "text", "text": text}
    return Part(wire, wire)


def media_part(
    kind: MediaKind,
    mime_type: str | None,
    *,
    data: str | None = None,
    uri: str | None = None,
    pixels: Json = None,
) -> Part:
    """Make a media block from base64 `data` or from a `uri`.

    Args:
        kind: The block's type on the wire.
        mime_type: As the framework gave it; `None` if it did not say.
        data: Base64 text.
        uri: A Files API name, a `gs://` or an `https://` address.
        pixels: Replaces the bytes in the hash, for frameworks that encode the same
            picture anew each time: size and SHA-256 of the raw pixels.
    """
    wire: dict[str, Json] = {"type": kind}
    if mime_type:
        wire["mime_type"] = mime_type
    identity: dict[str, Json] = dict(wire)
    if data is not None:
        wire["data"] = data
        identity["sha256"] = media_hash(data)
    if uri is not None:
        wire["uri"] = identity["uri"] = uri
    if pixels is not None:
        identity = {"type": kind, "pixels": pixels}
    return Part(wire, identity)


def part_from_wire(block: JsonObject) -> Part:
    """Read a content block from a recorded interaction.

    Media are told apart by kind, MIME type and content alone: that is what every
    framework's message keeps of them.
    """
    kind = block.get("type")
    if kind == "text":
        return text_part(str(block.get("text") or ""))
    if kind not in MEDIA_KINDS:
        return Part(block, block)
    told = ("type", "mime_type", "uri")
    identity = {key: block[key] for key in told if block.get(key)}
    data = block.get("data")
    if isinstance(data, str):
        identity["sha256"] = media_hash(data)
    return Part(block, identity)


def user_input(content: str | Sequence[Part]) -> Step:
    """Make a step of what a user, or whoever stands in for one, says."""
    return _content_step("user_input", content)


def model_output(content: str | Sequence[Part]) -> Step:
    """Make a step of what a model says."""
    return _content_step("model_output", content)


def function_call(call_id: str, name: str, arguments: Json) -> Step:
    """Make a step of a call that the model wants the client to run.

    Args:
        call_id: The id of the call.
        name: The function, as the framework or the API calls it.
        arguments: What it is called with.
    """
    wire: dict[str, Json] = {
        "type": "function_call",
        "id": call_id,
        "name": wire_name(name),
        "arguments": arguments,
    }
    return Step(wire, canonical_hash(wire))


def function_result(
    call_id: str,
    name: str,
    result: str | JsonObject | Sequence[Part],
    *,
    is_error: bool = False,
) -> Step:
    """Make a step of the answer to a `function_call`.

    Args:
        call_id: The id of the call.
        name: The function; left out on the wire when it is "".
        result: A string, an object, or content blocks.
        is_error: Whether the function failed.
    """
    wire: dict[str, Json] = {"type": "function_result", "call_id": call_id}
    if name:
        wire["name"] = wire_name(name)
    identity = dict(wire)
    if isinstance(result, str | Mapping):
        wire["result"] = identity["result"] = result
    else:
        wire["result"] = [part.wire for part in result]
        identity["result"] = [part.identity for part in result]
    if is_error:
        wire["is_error"] = identity["is_error"] = True
    return Step(wire, canonical_hash(identity))


def step_hash(step: JsonObject) -> bytes:
    """Return the SHA-256 of a step exactly as it is on the wire, 32 bytes."""
    kind, content = step.get("type"), step.get("content")
    if kind in _SAID and len(step) == len({"type", "content"}):
        match content:
            case [{"type": "text", "text": str(text), **others}] if not others:
                # The mark of a text is remembered; hashed anew it would be the same.
                return _content_step(str(kind), text).mark
            case _:
                pass
    return canonical_hash(step)


def pending_calls(steps: Iterable[JsonObject]) -> dict[str, str]:
    """Return the calls that no later result answers, as id to name, in order.

    A call of a managed agent's own tool is followed by its result in the same
    answer and needs none from us (API: a call is pending only if no result with its
    id follows, whatever the status says).
    """
    pending: dict[str, str] = {}
    for step in steps:
        if step.get("type") == "function_call":
            pending[str(step.get("id"))] = str(step.get("name"))
        elif step.get("type") == "function_result":
            pending.pop(str(step.get("call_id")), None)
    return pending


def visible_reply(held: Sequence[JsonObject]) -> tuple[Step, ...]:
    """Reduce a reply to what a framework's message can say of it.

    Returns:
        At most one `model_output` with all text joined (media blocks keep their
        place), then the pending calls in order.
    """
    pending = pending_calls(held)
    parts: list[Part] = []
    calls: list[Step] = []
    for step in held:
        if step.get("type") == "model_output":
            for block in _blocks(step):
                _append_part(parts, part_from_wire(block))
        elif step.get("type") == "function_call" and str(step.get("id")) in pending:
            calls.append(
                function_call(
                    str(step.get("id")),
                    str(step.get("name")),
                    step.get("arguments", {}),
                )
            )
    said = (model_output(parts),) if parts else ()
    return (*said, *calls)


def says_something(held: Sequence[JsonObject]) -> bool:
    """Tell whether an answer has anything that a framework's message can say."""
    return bool(pending_calls(held)) or any(
        block.get("type") != "text" or block.get("text")
        for step in held
        if step.get("type") == "model_output"
        for block in _blocks(step)
    )


def reply_text(steps: Iterable[JsonObject]) -> str:
    """Join the text of all `model_output` steps."""
    return "".join(
        str(block.get("text") or "")
        for step in steps
        if step.get("type") == "model_output"
        for block in _blocks(step)
        if block.get("type") == "text"
    )


def joined_parts(parts: Iterable[Part]) -> list[Part]:
    """Join adjacent text blocks of one reply and drop the empty ones."""
    joined: list[Part] = []
    for part in parts:
        _append_part(joined, part)
    return joined


def _append_part(parts: list[Part], part: Part) -> None:
    if part.wire.get("type") != "text":
        parts.append(part)
        return
    text = str(part.wire["text"])
    if not text:
        return
    if parts and parts[-1].wire.get("type") == "text":
        parts[-1] = text_part(str(parts[-1].wire["text"]) + text)
    else:
        parts.append(part)


def _blocks(step: JsonObject) -> list[JsonObject]:
    content = step.get("content")
    if not isinstance(content, list | tuple):
        return []
    return [block for block in content if isinstance(block, Mapping)]


def _content_step(kind: str, content: str | Sequence[Part]) -> Step:
    if isinstance(content, str):
        if len(content) <= _LONGEST_KNOWN:
            return _text_step(kind, content)
        return _hashed_step(kind, [text_part(content)])
    if len(content) == 1 and content[0].wire is content[0].identity:
        text = content[0].wire.get("text")
        if isinstance(text, str) and len(text) <= _LONGEST_KNOWN:
            return _text_step(kind, text)
    return _hashed_step(kind, content)


@lru_cache(maxsize=8192)
def _text_step(kind: str, text: str) -> Step:
    """Remember the steps of texts: frameworks bring the same list again and again.

    The text itself is the key, so that a message that was changed is another one.
    """
    wire = {"type": kind, "content": [{"type": "text", "text": text}]}
    # What `canonical_bytes` would write, without the way there.
    said = canonical_bytes(text).decode()
    canonical = f'{{"content":[{{"text":{said},"type":"text"}}],"type":"{kind}"}}'
    return Step(wire, hashlib.sha256(canonical.encode()).digest())


def _hashed_step(kind: str, parts: Sequence[Part]) -> Step:
    wire = {"type": kind, "content": [part.wire for part in parts]}
    identity = {"type": kind, "content": [part.identity for part in parts]}
    return Step(wire, canonical_hash(identity))

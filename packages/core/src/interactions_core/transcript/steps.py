"""Canonical steps: what a message list means, in the API's own units.

Pure. A `Step` holds what a replay would send and the hash of exactly that. Thought
text, signatures, annotations and citations are never part of the hash.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from interactions_core.canonical import (
    Json,
    JsonObject,
    canonical_bytes,
    canonical_hash,
)
from interactions_core.protocol.functions import wire_name
from interactions_core.transcript.parts import Part, text_part

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

"""What a model is told beside the list: the answers of built-in tools asked before.

Pure. An aside is a synthetic step right before the words of a user that it is about,
so that these stay the last thing said. It is outside the digest.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, cast

from interactions_core.canonical import JsonObject
from interactions_core.transcript.parts import text_part
from interactions_core.transcript.replies import reply_text
from interactions_core.transcript.steps import Step, user_input

Asides = Mapping[int, JsonObject]
"""Steps by the number of steps of the list that come before them."""

NO_ASIDES: Final[Asides] = {}

_PREFIX: Final = b"separate call, version 1"
_SAID: Final = frozenset(
    {"user_input", "thought", "model_output", "function_call", "function_result"}
)
"""Steps that are no work of a tool on the server."""


def separate_digest(request_digest: bytes) -> bytes:
    """Name the separate call of a list; its answer is none to the list itself."""
    return hashlib.sha256(_PREFIX + request_digest).digest()


def user_positions(steps: Sequence[Step], after: int = 0) -> Iterator[int]:
    """Yield how many steps there are up to and with each that a user says."""
    for i in range(after, len(steps)):
        if steps[i].kind == "user_input":
            yield i + 1


def aside_of(steps: Sequence[JsonObject]) -> JsonObject | None:
    """Write the step that tells a model what built-in tools have answered.

    Args:
        steps: The answer, as wire steps.

    Returns:
        The step, with the addresses of sources; `None` where no tool was used, or
        nothing was said: the model knows as much without it.
    """
    text, sources = reply_text(steps), [*_sources(steps)]
    used = [str(s.get("type")) for s in steps if s.get("type") not in _SAID]
    if not text.strip() or not (used or sources):
        return None
    calls = [kind.removesuffix("_call") for kind in used if kind.endswith("_call")]
    tools = " and ".join(dict.fromkeys(calls)) or "a built-in tool"
    told = (
        f"[What {tools} answered to what is said next, asked beforehand and without "
        f"your functions:\n\n{text}"
    )
    if sources:
        told += "\n\nSources:\n" + "\n".join(sources)
    return user_input([text_part(f"{told}]")]).wire


def _sources(steps: Sequence[JsonObject]) -> Iterator[str]:
    """Yield a line for each address that an answer cites, in order."""
    seen: set[str] = set()
    for note in _annotations(steps):
        address = str(note.get("url") or note.get("uri") or "")
        if address and address not in seen:
            seen.add(address)
            title = note.get("title")
            yield f"- {title}: {address}" if title else f"- {address}"


def _annotations(steps: Sequence[JsonObject]) -> Iterator[JsonObject]:
    for step in steps:
        if step.get("type") != "model_output":
            continue
        # Steps of an answer are the API's own JSON.
        for block in cast("Sequence[JsonObject]", step.get("content") or ()):
            yield from cast("Sequence[JsonObject]", block.get("annotations") or ())

"""What goes to the API and comes back, as the SDK carries it. Pure.

Bodies go through the SDK's `extra_body` as plain JSON and answers are read as they
came, because its models are slow for long histories and differ between majors. Its
automatic continuation is off.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from interactions_core.canonical import JsonObject
from interactions_core.client.request_hooks import WITHHELD
from interactions_core.protocol.refusals import error_of, network_error
from interactions_core.protocol.sse import EventReader

_TARGETS: Final = ("model", "agent")
_NAMED: Final = re.compile(rb'\s*\{\s*"id"\s*:\s*"([\w-]+)"')
"""The beginning of an interaction. API: its id comes first."""


def create_arguments(
    body: Mapping[str, object], timeout_s: float, *, stream: bool
) -> dict[str, Any]:
    """Split a body into what the SDK insists on and what it passes through."""
    rest = {key: value for key, value in body.items() if key not in _TARGETS}
    arguments: dict[str, Any] = {
        **{key: body[key] for key in _TARGETS if key in body},
        "extra_body": rest,
        "timeout": timeout_s,
    }
    if "input" in rest:
        # Replaced by `extra_body`; the SDK wants to see the field.
        arguments["input"] = ""
    if stream:
        arguments["stream"] = True
    if not rest.get("background"):
        arguments["automatic_continuation"] = False
    return arguments


def body_bytes(body: Mapping[str, object], *, stream: bool) -> bytes:
    """Write the JSON that the SDK would send for a body."""
    whole = {**body, "stream": True} if stream else body
    return json.dumps(whole, separators=(",", ":")).encode()


def withheld(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a create without what `body_bytes` has written."""
    return {**arguments, "extra_body": WITHHELD}


def parsed_interaction(body: bytes) -> JsonObject:
    """Read an answer's body.

    Raises:
        NetworkError: It is not a JSON object in UTF-8: nobody answered usefully. What
            was cut or garbled on its way may still say which interaction it is.
    """
    try:
        interaction: object = json.loads(body)
    except ValueError as exc:
        # Without the text itself: errors are logged, what was said is not.
        reason = f"the answer is not JSON ({len(body)} bytes)"
        named = _NAMED.match(body)
        name = named[1].decode() if named else ""
        raise network_error(reason, sent=True, interaction_id=name) from exc
    if not isinstance(interaction, dict):
        reason = f"the answer is not an object but a {type(interaction).__name__}"
        raise network_error(reason, sent=True)
    # JSON objects have strings for keys.
    return cast("JsonObject", interaction)


def check_legible(reader: EventReader) -> None:
    """Refuse to read on where an event was lost: the rest is not the whole answer.

    Raises:
        NetworkError: Something that came is not what was sent.
    """
    if reader.garbled:
        reason = "an event of the stream cannot be read"
        raise network_error(reason, sent=True)


def flush_stream(reader: EventReader) -> Iterator[JsonObject]:
    """Yield what a stream that ended without `[DONE]` left unsaid.

    The front end cuts a stream after ten minutes with a bare JSON array, which is no
    event (recorded on the forum, April 2026); it is made one here.
    """
    event = reader.end()
    if event is not None:
        yield event
    if reader.stray and not reader.finished:
        code, message = error_of("\n".join(reader.stray))
        # Without a code it is no error of the API but something that may be private.
        if code:
            yield {
                "event_type": "error",
                "error": {"code": code, "message": message},
            }

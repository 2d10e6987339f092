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
from interactions_core.client.arrivals import OF_API, Arrival
from interactions_core.client.request_hooks import WITHHELD
from interactions_core.exceptions import NetworkError
from interactions_core.protocol.answer_bodies import is_error, is_interaction
from interactions_core.protocol.refusals import error_of, network_error, refusal
from interactions_core.protocol.sse import EventReader
from interactions_core.transcript.streaming import Assembler, whole_events

_TARGETS: Final = ("model", "agent")
_NAMED: Final = re.compile(rb'\s*\{\s*"id"\s*:\s*"([\w-]+)"')
"""The beginning of an interaction. API: its id comes first."""
_FRAMED: Final = (b"event:", b"data:")
"""How an event stream begins."""


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


def is_stored(body: Mapping[str, object]) -> bool:
    """Tell whether the service is to keep what a create makes."""
    return body.get("store") is not False


def parsed_interaction(
    body: bytes, arrival: Arrival = OF_API, *, stored: bool = True
) -> JsonObject:
    """Read an answer's body.

    Args:
        body: What came.
        arrival: How it came.
        stored: Whether the service was to keep the interaction.

    Raises:
        RequestError: It is the body of an error, whatever status it came with.
        NetworkError: It is neither that nor an interaction. What was cut or garbled on
            its way may still say which interaction it is.
    """
    if body.lstrip().startswith(_FRAMED):
        return _assembled(body, arrival, stored=stored)
    try:
        found: object = json.loads(body)
    except ValueError as exc:
        raise _illegible(body, arrival) from exc
    return _judged(found, arrival, stored=stored)


def _illegible(body: bytes, arrival: Arrival) -> NetworkError:
    """Say that an answer is no JSON, without the text: errors are logged."""
    named = _NAMED.match(body)
    name = named[1].decode() if named else ""
    kind = f", {arrival.kind}" if arrival.kind else ""
    reason = f"the answer is not JSON ({len(body)} bytes{kind})"
    if arrival.is_of_api or name:
        return network_error(reason, sent=True, interaction_id=name)
    return arrival.no_interaction(None, f"{len(body)} bytes that are not JSON{kind}")


def _judged(found: object, arrival: Arrival, *, stored: bool) -> JsonObject:
    """Return what is an interaction; raise what anything else amounts to."""
    body = _object(found)
    if is_interaction(body, stored=stored):
        return body
    if is_error(found):
        raise refusal(None, found, came_with=arrival.contradiction)
    raise arrival.no_interaction(found)


def _object(found: object) -> JsonObject:
    # JSON objects have strings for keys.
    return cast("JsonObject", found) if isinstance(found, dict) else {}


def _assembled(body: bytes, arrival: Arrival, *, stored: bool) -> JsonObject:
    """Put an answer together that came as a stream although none was asked for."""
    reader, assembler = EventReader(), Assembler()
    events = [*reader.read(body)]
    last = reader.end()
    for event in (*events, last or {}):
        for _ in assembler.feed(event):
            pass
    name = str(assembler.interaction.get("id") or "")
    if assembler.error is not None and not name:
        raise refusal(None, assembler.error, came_with=arrival.contradiction)
    if not assembler.completed or reader.garbled or assembler.error is not None:
        reason = "the answer is a stream that broke off"
        raise network_error(reason, sent=True, interaction_id=name)
    whole: JsonObject = {**assembler.interaction, "steps": [*assembler.steps]}
    return _judged(whole, arrival, stored=stored)


def check_legible(reader: EventReader) -> None:
    """Refuse to read on where an event was lost: the rest is not the whole answer.

    Raises:
        NetworkError: Something that came is not what was sent.
    """
    if reader.garbled:
        reason = "an event of the stream cannot be read"
        raise network_error(reason, sent=True)


def flush_stream(
    reader: EventReader, arrival: Arrival = OF_API, *, stored: bool = True
) -> Iterator[JsonObject]:
    """Yield what a stream that ended without `[DONE]` left unsaid.

    The front end cuts a stream after ten minutes with a bare JSON array, which is no
    event (recorded on the forum, April 2026); it is made one here. What came instead of
    a stream is read as an answer in one piece.

    Args:
        reader: What has read the stream.
        arrival: How it came.
        stored: Whether the service was to keep the interaction.

    Raises:
        RequestError: As `parsed_interaction`, of what came instead of a stream.
    """
    event = reader.end()
    if event is not None:
        yield event
    if reader.finished:
        return
    stray = "\n".join(reader.stray)
    if reader.has_events:
        code, message = error_of(stray)
        # Without a code it is no error of the API but something that may be private.
        if code:
            error = {"code": code, "message": message}
            yield {"event_type": "error", "error": error}
    elif stray.strip() or not arrival.is_of_api:
        yield from whole_events(
            parsed_interaction(stray.encode(), arrival, stored=stored)
        )

"""Answers that are successes and say something else than was done.

What lies between a client and the API may take something out of an answer, or answer
in its place.
"""

from collections.abc import AsyncIterator, Sequence

from starlette.requests import Request
from starlette.responses import Response

from interactions_emulator.base.effects import AnswerEffects
from interactions_emulator.base.payloads import JsonObject, dump, is_object
from interactions_emulator.http.answers import bytes_answer

_STEPS = "steps"


def instead(effects: AnswerEffects, request: Request) -> Response | None:
    """Return what comes in place of an answer; None for the answer itself."""
    told = effects.get("instead")
    if told is None:
        return None
    body, kind = told.get("body", ""), str(told.get("kind") or "application/json")
    content = body.encode() if isinstance(body, str) else dump(body)
    answer = bytes_answer(content, kind, request)
    answer.status_code = int(str(told.get("status") or 200))
    headers = told.get("headers")
    for name, value in headers.items() if is_object(headers) else ():
        answer.headers[str(name)] = str(value)
    return answer


def without(body: JsonObject, names: Sequence[str]) -> JsonObject:
    """Leave fields out of an interaction."""
    return {key: value for key, value in body.items() if key not in names}


async def events_without(
    events: AsyncIterator[JsonObject], names: Sequence[str]
) -> AsyncIterator[JsonObject]:
    """Leave fields out of the interaction that a stream tells of, and its steps."""
    async for event in events:
        told = event.get("interaction")
        if is_object(told):
            yield event | {"interaction": without(told, names)}
        elif _STEPS not in names or not str(event.get("event_type")).startswith(
            "step."
        ):
            yield event

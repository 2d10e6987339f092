"""HTTP answers with the recorded headers, and those that never come."""

import asyncio
from collections.abc import Iterable
from time import perf_counter

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from interactions_emulator import sse
from interactions_emulator.errors import ApiError
from interactions_emulator.payloads import JsonObject, dump

_HEADERS = (
    ("vary", "Origin"),
    ("vary", "X-Origin"),
    ("vary", "Referer"),
    ("server", "scaffolding on HTTPServer2"),
    ("x-xss-protection", "0"),
    ("x-frame-options", "SAMEORIGIN"),
    ("x-content-type-options", "nosniff"),
)


def json_answer(body: object, request: Request) -> Response:
    """Answer 200 with JSON."""
    return _answer(200, dump(body), "application/json", request)


def error_answer(error: ApiError, request: Request) -> Response:
    """Answer with a refusal, framed as it says."""
    framed = error.shape == "sse"
    kind = "text/event-stream" if framed else "application/json; charset=UTF-8"
    answer = _answer(error.status, error.body(), kind, request)
    if error.retry_after is not None:
        answer.headers["retry-after"] = error.retry_after
    return answer


class EventStream(Response):
    """Server-sent events, whole or broken as ordered."""

    def __init__(
        self,
        events: Iterable[JsonObject],
        request: Request,
        *,
        effects: JsonObject,
        delta_delay_s: float = 0.0,
        error_event: JsonObject | None = None,
    ) -> None:
        super().__init__()
        _set_headers(self, "text/event-stream", request)
        del self.headers["content-length"]
        self._events = events
        self._effects = effects
        self._delta_delay_s = delta_delay_s
        self._error_event = error_event

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events one by one."""
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": self.raw_headers,
            }
        )
        for number, event in enumerate(self._events):
            if number == self._effects.get("error_event_after"):
                await _send_body(send, sse.frame(self._error_event or {}))
                break
            if number == self._effects.get("truncate_after_events"):
                await self._break_off(scope, receive, send)
                return
            if self._delta_delay_s and event["event_type"] == "step.delta":
                await asyncio.sleep(self._delta_delay_s)
            await _send_body(send, sse.frame(event))
        await _send_body(send, sse.DONE)
        await _send_body(send, b"", more=False)

    async def _break_off(self, scope: Scope, receive: Receive, send: Send) -> None:
        how = self._effects.get("how", "silent")
        if how == "array":
            # Seen after exactly 600 s: a bare array, then the end.
            error = ApiError(
                503, "The service is currently unavailable.", shape="array"
            )
            await _send_body(send, error.body())
        if how == "abrupt":
            await _abort(scope, receive)
        else:
            await _send_body(send, b"", more=False)


class NoAnswer(Response):
    """Closes the socket: the client never learns what became of its request."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  ASGI
        """Close the connection without a byte."""
        await _abort(scope, receive)


async def _abort(scope: Scope, receive: Receive) -> None:
    scope["state"]["transport"].abort()
    # Until the server has noticed, it would answer 500 in our place.
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send_body(send: Send, body: bytes, *, more: bool = True) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": more})


def _answer(status: int, body: bytes, kind: str, request: Request) -> Response:
    answer = Response(body, status)
    _set_headers(answer, kind, request)
    return answer


def _set_headers(answer: Response, kind: str, request: Request) -> None:
    started: float = request.scope.get("started", perf_counter())
    duration_ms = int((perf_counter() - started) * 1000)
    answer.headers["content-type"] = kind
    answer.headers["server-timing"] = f"gfet4t7; dur={duration_ms}"
    for name, value in _HEADERS:
        answer.headers.append(name, value)

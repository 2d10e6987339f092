"""HTTP answers with the recorded headers, and those that never come."""

import asyncio
import math
from collections.abc import AsyncIterator, Coroutine, Iterator
from time import perf_counter

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from interactions_emulator.base.clock import MovableClock
from interactions_emulator.base.effects import StreamEffects
from interactions_emulator.base.errors import UNAVAILABLE, ApiError
from interactions_emulator.base.payloads import JsonObject, dump
from interactions_emulator.store import sse
from interactions_emulator.store.follower import StreamCutError

# Seen after exactly 600 s: a bare array without an event, then the end.
_CUT = ApiError(503, UNAVAILABLE, shape="array")
_MALFORMED = b'event: step.delta\ndata: {"index":0,"delta":{"text":\n\n'
_TURN = 32
"""Events after which others are served."""
_PIECE = 64
"""Bytes at a time where an answer is to be slow."""
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


def bytes_answer(body: bytes, kind: str, request: Request) -> Response:
    """Answer 200 with a file."""
    return _answer(200, body, kind, request)


def plain_answer(body: object, status: int = 200) -> Response:
    """Answer a control route with JSON, lone surrogates escaped."""
    return Response(dump(body), status, media_type="application/json")


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
        events: AsyncIterator[JsonObject],
        request: Request,
        *,
        effects: StreamEffects,
        clock: MovableClock,
        error_event: JsonObject | None = None,
    ) -> None:
        super().__init__()
        _set_headers(self, "text/event-stream", request)
        del self.headers["content-length"]
        self._events = events
        self._clock = clock
        self._effects = effects
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
        ending = await _while_connected(self._send_events(send), receive)
        if ending is None:
            return
        if ending == "abrupt":
            await abort(scope, receive)
            return
        if ending == "array":
            await _send_body(send, _CUT.body())
        if ending == "done":
            await _send_body(send, sse.DONE)
        await _send_body(send, b"", more=False)

    async def _send_events(self, send: Send) -> str:
        """Send what is to be sent; returns how the stream ends."""
        number = 0
        try:
            async for event in self._events:
                if number % _TURN == _TURN - 1:
                    # A send that need not wait gives nobody else a turn.
                    await asyncio.sleep(0)
                if number == self._effects.get("error_event_after"):
                    await _send_body(send, sse.frame(self._error_event or {}))
                    return "done"
                if number == self._effects.get("truncate_after_events"):
                    return self._effects.get("how", "silent")
                if number == self._effects.get("stall_after_events"):
                    await self._stall()
                if number == self._effects.get("malformed_event_after"):
                    await _send_body(send, _MALFORMED)
                await self._send_slowly(send, sse.frame(event))
                if number >= self._effects.get("repeat_events_from", math.inf):
                    await self._send_slowly(send, sse.frame(event))
                number += 1
        except StreamCutError:
            return "array"
        return "done"

    async def _stall(self) -> None:
        """Say nothing more until the client goes or the server stops."""
        while not self._clock.is_stopped:
            await self._clock.wait_until(math.inf)

    async def _send_slowly(self, send: Send, frame: bytes) -> None:
        pause_s = self._effects.get("slow_bytes_s")
        if not pause_s:
            await _send_body(send, frame)
            return
        for piece in _pieces(frame):
            await _send_body(send, piece)
            await asyncio.sleep(pause_s)


class SlowAnswer(Response):
    """An answer that arrives a few bytes at a time."""

    def __init__(self, answer: Response, pause_s: float) -> None:
        super().__init__()
        self.status_code = answer.status_code
        self.raw_headers = answer.raw_headers
        self._content = bytes(answer.body)
        self._pause_s = pause_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  ASGI
        """Send the body piece by piece."""
        await send(
            {
                "type": "http.response.start",
                "status": self.status_code,
                "headers": self.raw_headers,
            }
        )
        for piece in _pieces(self._content):
            await _send_body(send, piece)
            await asyncio.sleep(self._pause_s)
        await _send_body(send, b"", more=False)


class NoAnswer(Response):
    """Closes the socket: the client never learns what became of its request."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  ASGI
        """Close the connection without a byte."""
        await abort(scope, receive)


def _pieces(content: bytes) -> Iterator[bytes]:
    for start in range(0, len(content), _PIECE):
        yield content[start : start + _PIECE]


async def _while_connected(
    sending: Coroutine[object, object, str], receive: Receive
) -> str | None:
    """Return what the coroutine does, or None if the client has gone before."""
    work = asyncio.ensure_future(sending)
    gone = asyncio.ensure_future(_wait_for_disconnect(receive))
    try:
        await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
        return work.result() if work.done() else None
    finally:
        for task in (work, gone):
            task.cancel()
        await asyncio.gather(work, gone, return_exceptions=True)


async def _wait_for_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def abort(scope: Scope, receive: Receive) -> None:
    """Close the socket of a request, and return once the server knows."""
    scope["state"]["transport"].abort()
    # Until the server has noticed, it would answer 500 in our place.
    await _wait_for_disconnect(receive)


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

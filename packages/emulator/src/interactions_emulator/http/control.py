"""The emulator's own routes under `/emulator`: what was said, and what comes."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from interactions_emulator.answering.script import read_script
from interactions_emulator.base.clock import timestamp
from interactions_emulator.base.fields import read_fields
from interactions_emulator.base.payloads import is_list, is_number, parse
from interactions_emulator.base.settings import DAY_S
from interactions_emulator.http.answers import plain_answer
from interactions_emulator.http.state import EmulatorState

_MOST_ADVANCE_S = 100 * 365 * DAY_S
_CLOCK = {"advance_s": object}
_Endpoint = Callable[[Request], Awaitable[Response]]


class Control:
    """Shows and steers one emulator; needs no key."""

    def __init__(self, state: EmulatorState) -> None:
        self._state = state

    def routes(self) -> list[Route]:
        """Return the control routes."""
        table: list[tuple[str, str, _Endpoint]] = [
            ("GET", "/requests", self.list_requests),
            ("GET", "/transcript/{id}", self.get_transcript),
            ("GET", "/stats", self.get_stats),
            ("POST", "/script", self.put_script),
            ("GET", "/faults", self.list_faults),
            ("POST", "/faults", self.add_faults),
            ("DELETE", "/faults", self.clear_faults),
            ("POST", "/clock", self.advance_clock),
            ("POST", "/reset", self.reset),
        ]
        return [
            Route("/emulator" + path, _guard(endpoint), methods=[method])
            for method, path, endpoint in table
        ]

    async def list_requests(self, _: Request) -> Response:
        """Show every API request since the last reset."""
        return plain_answer({"requests": self._state.log.to_json()})

    async def get_transcript(self, request: Request) -> Response:
        """Show the context up to and including an interaction."""
        steps = self._state.engine.get_transcript(request.path_params["id"])
        if steps is None:
            return _refusal(404, "no such interaction")
        return plain_answer({"steps": steps})

    async def get_stats(self, _: Request) -> Response:
        """Show the counters."""
        return plain_answer(self._state.stats())

    async def put_script(self, request: Request) -> Response:
        """Replace the script."""
        script = read_script(await _body(request))
        self._state.engine.script = script
        return plain_answer({"rules": len(script.rules), "strict": script.strict})

    async def list_faults(self, _: Request) -> Response:
        """Show the faults still to come."""
        return plain_answer({"pending": self._state.faults.pending()})

    async def add_faults(self, request: Request) -> Response:
        """Order one fault or a list of them."""
        body = await _body(request)
        for fault in body if is_list(body) else [body]:
            self._state.faults.add(fault)
        return await self.list_faults(request)

    async def clear_faults(self, request: Request) -> Response:
        """Cancel the faults still to come, all of them."""
        read_fields(await _body(request) or {}, {}, "clearing faults")
        self._state.faults.clear()
        return await self.list_faults(request)

    async def advance_clock(self, request: Request) -> Response:
        """Move the clock on."""
        body = read_fields(await _body(request), _CLOCK, "the clock")
        seconds = body.get("advance_s")
        if not is_number(seconds) or not 0 <= seconds <= _MOST_ADVANCE_S:
            return _refusal(400, "advance_s must be seconds, from 0 to a century")
        self._state.advance(seconds)
        clock = self._state.clock
        return plain_answer({"now": timestamp(clock.now()), "offset_s": clock.offset_s})

    async def reset(self, request: Request) -> Response:
        """Forget everything; there is nothing to choose."""
        read_fields(await _body(request) or {}, {}, "a reset")
        self._state.reset()
        return plain_answer({})


def _guard(endpoint: _Endpoint) -> _Endpoint:
    async def guarded(request: Request) -> Response:
        try:
            return await endpoint(request)
        except ValueError as exc:
            return _refusal(400, str(exc))

    return guarded


async def _body(request: Request) -> object:
    return parse(await request.body() or b"null")


def _refusal(status: int, message: str) -> Response:
    return plain_answer({"error": {"message": message}}, status)

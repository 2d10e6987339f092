"""The API's routes: create, get, delete, cancel; the rest is 501.

Each request is logged, counted, and given to the faults before it is served.
"""

import asyncio
from collections.abc import Awaitable, Callable
from time import perf_counter
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from interactions_emulator import refusals
from interactions_emulator.answers import (
    EventStream,
    NoAnswer,
    error_answer,
    json_answer,
)
from interactions_emulator.credentials import identify
from interactions_emulator.engine import Caller
from interactions_emulator.errors import ApiError
from interactions_emulator.faults import Target, error_of, event_error_of
from interactions_emulator.payloads import JsonObject, is_object, parse
from interactions_emulator.records import resource
from interactions_emulator.request_log import LoggedRequest
from interactions_emulator.sse import stream_events
from interactions_emulator.state import EmulatorState
from interactions_emulator.validation import read_create

_PREFIXES = (
    "/v1",
    "/v1beta",
    "/v1beta1",
    "/v1/projects/{project}/locations/{location}",
    "/v1beta1/projects/{project}/locations/{location}",
)


class Exchange:
    """One request on its way through the server."""

    def __init__(self, request: Request, raw: bytes, row: LoggedRequest) -> None:
        self.request = request
        self.raw = raw
        self.row = row
        self.effects: JsonObject = {}
        self.interaction_id: str = request.path_params.get("id", "")

    def body(self) -> object:
        """Return the JSON body.

        Raises:
            ApiError: It is not JSON.
        """
        try:
            return parse(self.raw)
        except ValueError as exc:
            raise refusals.syntax_error() from exc

    def target(self, on: str) -> Target:
        """Return what faults look at."""
        try:
            body = self.body()
        except ApiError:
            body = None
        return Target(on, self.interaction_id or None, body if is_object(body) else {})

    def flag(self, name: str) -> bool:
        """Return a boolean of the query."""
        return self.request.query_params.get(name, "").lower() in {"true", "1"}


Work = Callable[[Exchange, Caller], Awaitable[Response]]


class Api:
    """Serves the interactions of one emulator."""

    def __init__(self, state: EmulatorState) -> None:
        self._state = state

    def routes(self) -> list[Route]:
        """Return the routes under every prefix that clients use."""
        return [route for prefix in _PREFIXES for route in self._routes(prefix)]

    def _routes(self, prefix: str) -> list[Route]:
        one = prefix + "/interactions/{id}"
        return [
            Route(
                prefix + "/interactions",
                self._serving("create", self._create),
                methods=["POST"],
            ),
            Route(one, self._serving("get", self._get), methods=["GET"]),
            Route(one, self._serving("delete", self._delete), methods=["DELETE"]),
            Route(
                one + "/cancel",
                self._serving("cancel", self._cancel),
                methods=["POST"],
            ),
        ]

    def _serving(self, on: str, work: Work) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            return await self.serve(request, on, work)

        return endpoint

    async def unknown(self, request: Request) -> Response:
        """Answer 501 and name the route."""
        return await self.serve(request, "other", self._unknown)

    async def serve(self, request: Request, on: str, work: Work) -> Response:
        """Log a request, let faults have it, do the work, note the outcome."""
        request.scope["started"] = perf_counter()
        raw = await request.body()
        row = self._state.log.add(request.method, _shown_path(request), raw)
        exchange = Exchange(request, raw, row)
        try:
            answer = await self._disturbed(exchange, on, work)
        except ApiError as error:
            row.why = error.why
            self._state.counts["refused"] += 1
            answer = error_answer(error, request)
        row.status = None if isinstance(answer, NoAnswer) else answer.status_code
        return answer

    async def _disturbed(self, exchange: Exchange, on: str, work: Work) -> Response:
        effects = self._strike(exchange, on)
        exchange.effects = effects
        exchange.row.fault = effects or None
        if effects.get("delay_s"):
            await asyncio.sleep(effects["delay_s"])
        if effects.get("close") == "before":
            return NoAnswer()
        error = error_of(effects)
        if error is not None and not effects.get("worked"):
            raise error
        answer = await work(exchange, identify(exchange.request, self._state.settings))
        if error is not None:
            raise error
        return NoAnswer() if effects.get("close") == "after" else answer

    def _strike(self, exchange: Exchange, on: str) -> JsonObject:
        faults = self._state.faults
        return faults.strike(exchange.target(on)) if faults else {}

    async def _create(self, exchange: Exchange, caller: Caller) -> Response:
        request = read_create(exchange.body(), caller.platform)
        engine = self._state.engine
        try:
            record, reply = engine.create(request, caller, exchange.effects)
        except ApiError as error:
            if error.when_streaming and request.stream:
                error.shape = "sse"
            raise
        self._state.counts["creates"] += 1
        exchange.row.interaction = record.id
        if exchange.effects.get("lost"):
            engine.store.delete(record.id)
        if reply.delay_s:
            await asyncio.sleep(reply.delay_s)
        if not request.stream:
            return json_answer(resource(record), exchange.request)
        return EventStream(
            stream_events(record),
            exchange.request,
            effects=exchange.effects,
            delta_delay_s=reply.delta_delay_s,
            error_event=event_error_of(exchange.effects),
        )

    async def _get(self, exchange: Exchange, caller: Caller) -> Response:
        record = self._state.engine.get(exchange.interaction_id, caller)
        self._state.counts["gets"] += 1
        exchange.row.interaction = record.id
        if exchange.flag("stream"):
            return EventStream(
                stream_events(record),
                exchange.request,
                effects=exchange.effects,
                error_event=event_error_of(exchange.effects),
            )
        shown = resource(record, include_input=exchange.flag("include_input"))
        return json_answer(shown, exchange.request)

    async def _delete(self, exchange: Exchange, caller: Caller) -> Response:
        self._state.engine.delete(exchange.interaction_id, caller)
        self._state.counts["deletes"] += 1
        return json_answer({}, exchange.request)

    async def _cancel(self, exchange: Exchange, caller: Caller) -> Response:
        self._state.engine.get(exchange.interaction_id, caller)
        self._state.counts["cancels"] += 1
        raise refusals.already_completed()

    async def _unknown(self, exchange: Exchange, caller: Caller) -> Response:
        request = exchange.request
        what = f"{request.method} {request.url.path} (for {caller.platform})"
        raise refusals.not_built(what)


def _shown_path(request: Request) -> str:
    pairs = parse_qsl(request.url.query, keep_blank_values=True)
    query = urlencode([(name, value) for name, value in pairs if name != "key"])
    return f"{request.url.path}?{query}" if query else request.url.path

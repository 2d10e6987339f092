"""The API's routes; what is not among them is 501.

Each request is logged, counted, and given to the faults before it is served.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from time import perf_counter
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from interactions_emulator.base import refusals
from interactions_emulator.base.clock import MovableClock
from interactions_emulator.base.effects import Effects
from interactions_emulator.base.errors import ApiError
from interactions_emulator.base.payloads import JsonObject
from interactions_emulator.engine.faults import error_of, event_error_of
from interactions_emulator.http.answers import (
    EventStream,
    NoAnswer,
    SlowAnswer,
    error_answer,
    json_answer,
)
from interactions_emulator.http.exchange import Exchange, Handler
from interactions_emulator.http.resource_routes import ResourceRoutes
from interactions_emulator.http.state import EmulatorState
from interactions_emulator.http.strange_answers import (
    events_without,
    instead,
    without,
)
from interactions_emulator.http.webhook_routes import WebhookRoutes
from interactions_emulator.reply.replies import Reply
from interactions_emulator.request.caller import Caller
from interactions_emulator.request.credentials import identify
from interactions_emulator.request.validation import CreateRequest, read_create
from interactions_emulator.store.follower import Follower
from interactions_emulator.store.interactions import Interaction, resource
from interactions_emulator.upstream.upstream_work import CreateOutcome

_PREFIXES = (
    "/v1",
    "/v1beta",
    "/v1beta1",
    "/v1/projects/{project}/locations/{location}",
    "/v1beta1/projects/{project}/locations/{location}",
)


class Api:
    """Serves the interactions of one emulator."""

    def __init__(self, state: EmulatorState) -> None:
        self._state = state

    def routes(self) -> list[Route]:
        """Return the routes under every prefix that clients use."""
        return [route for prefix in _PREFIXES for route in self._routes(prefix)]

    def _routes(self, prefix: str) -> list[Route]:
        one = "/interactions/{id}"
        table: list[tuple[str, str, str, Handler]] = [
            # Before the ids, of which "live" is none.
            ("other", "GET", "/interactions/live", self._refuse_live),
            ("create", "POST", "/interactions", self._create),
            ("get", "GET", one, self._get),
            ("delete", "DELETE", one, self._delete),
            ("cancel", "POST", one + "/cancel", self._cancel),
        ]
        others = ResourceRoutes(self._state.engine.resources, self._state.clock).table()
        others += WebhookRoutes(self._state).table()
        table += [("other", method, path, work) for method, path, work in others]
        return [
            Route(prefix + path, self._endpoint(on, work), methods=[method])
            for on, method, path, work in table
        ]

    def _endpoint(
        self, on: str, handler: Handler
    ) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            return await self.serve(request, on, handler)

        return endpoint

    async def refuse_unknown(self, request: Request) -> Response:
        """Answer 501 and name the route."""
        return await self.serve(request, "other", self._refuse_unknown)

    async def serve(self, request: Request, on: str, handler: Handler) -> Response:
        """Log a request, let faults have it, do the work, note the outcome."""
        request.scope["started"] = perf_counter()
        raw = await request.body()
        row = self._state.log.add(request.method, _shown_path(request), raw)
        exchange = Exchange(request, raw, row)
        try:
            answer = await self._with_faults(exchange, on, handler)
        except ApiError as error:
            row.why = error.why
            self._state.counts["refused"] += 1
            answer = error_answer(error, request)
        row.status = None if isinstance(answer, NoAnswer) else answer.status_code
        return answer

    async def _with_faults(
        self, exchange: Exchange, on: str, handler: Handler
    ) -> Response:
        effects = self._match_faults(exchange, on)
        exchange.effects = effects
        exchange.row.fault = effects or None
        delay_s = effects.get("delay_s")
        if delay_s:
            await asyncio.sleep(delay_s)
        if effects.get("close") == "before":
            return NoAnswer()
        error = error_of(effects)
        if error is not None and not effects.get("worked"):
            raise error
        answer = await handler(
            exchange, identify(exchange.request, self._state.settings)
        )
        if error is not None:
            raise error
        if effects.get("close") == "after":
            return NoAnswer()
        answer = instead(effects, exchange.request) or answer
        pause_s = effects.get("slow_bytes_s")
        if pause_s and not isinstance(answer, EventStream):
            return SlowAnswer(answer, pause_s)
        return answer

    def _match_faults(self, exchange: Exchange, on: str) -> Effects:
        faults = self._state.faults
        if not faults:
            return Effects()
        running = self._state.engine.is_running(exchange.interaction_id)
        return faults.match_request(exchange.target(on, running=running))

    async def _create(self, exchange: Exchange, caller: Caller) -> Response:
        request = read_create(exchange.body(), caller.platform)
        engine = self._state.engine
        try:
            made = await self._make(request, caller, exchange.effects)
        except ApiError as error:
            if error.when_streaming and request.stream:
                error.shape = "sse"
            raise
        record, reply = made.record, made.reply
        self._state.counts["creates"] += 1
        self._state.counts["background_creates"] += record.background
        exchange.row.interaction = record.id
        if exchange.effects.get("lost"):
            engine.store.delete(record.id)
        self._state.notices.notify(record)
        if not record.background:
            await self._take_time(reply)
        if made.events is not None:
            return _event_stream(made.events, exchange, self._state.clock)
        if request.stream:
            delay_s = reply.delta_delay_s
            return self._stream(exchange, record, delta_delay_s=delay_s, live=True)
        return _interaction(resource(engine.visible_now(record)), exchange)

    async def _make(
        self, request: CreateRequest, caller: Caller, effects: Effects
    ) -> CreateOutcome:
        upstream = self._state.upstream
        if upstream is None:
            return CreateOutcome(*self._state.engine.create(request, caller, effects))
        return await upstream.create(request, caller, effects)

    async def _take_time(self, reply: Reply) -> None:
        """Wait as long as foreground work takes."""
        if reply.delay_s:
            await asyncio.sleep(reply.delay_s)
        clock = self._state.clock
        done_at = clock.now() + (reply.wait_s or 0.0)
        while clock.now() < done_at and not clock.is_stopped:
            await clock.wait_until(done_at)

    def _stream(
        self,
        exchange: Exchange,
        record: Interaction,
        *,
        last_event_id: str | None = None,
        delta_delay_s: float = 0.0,
        live: bool = False,
    ) -> Response:
        follower = Follower(self._state.engine.store, self._state.clock, record)
        events = follower.follow(
            last_event_id=last_event_id, delta_delay_s=delta_delay_s, live=live
        )
        return _event_stream(events, exchange, self._state.clock)

    async def _get(self, exchange: Exchange, caller: Caller) -> Response:
        engine = self._state.engine
        record = engine.get(exchange.interaction_id, caller)
        if exchange.flag("stream"):
            last = exchange.request.query_params.get("last_event_id")
            answer = self._stream(exchange, record, last_event_id=last)
        else:
            shown = engine.visible_now(record)
            body = resource(shown, include_input=exchange.flag("include_input"))
            answer = _interaction(body, exchange)
        self._state.counts["gets"] += 1
        exchange.row.interaction = record.id
        return answer

    async def _delete(self, exchange: Exchange, caller: Caller) -> Response:
        self._state.engine.delete(exchange.interaction_id, caller)
        self._state.counts["deletes"] += 1
        return json_answer({}, exchange.request)

    async def _cancel(self, exchange: Exchange, caller: Caller) -> Response:
        engine = self._state.engine
        record = engine.cancel(exchange.interaction_id, caller)
        self._state.counts["cancels"] += 1
        exchange.row.interaction = record.id
        return json_answer(resource(engine.visible_now(record)), exchange.request)

    async def _refuse_live(self, exchange: Exchange, caller: Caller) -> Response:
        path = exchange.request.url.path
        what = f"live interactions over WebSocket, {path} (for {caller.platform})"
        raise refusals.not_built(what)

    async def _refuse_unknown(self, exchange: Exchange, caller: Caller) -> Response:
        request = exchange.request
        what = f"{request.method} {request.url.path} (for {caller.platform})"
        raise refusals.not_built(what)


def _interaction(body: JsonObject, exchange: Exchange) -> Response:
    left_out = exchange.effects.get("without") or ()
    return json_answer(without(body, left_out), exchange.request)


def _event_stream(
    events: AsyncIterator[JsonObject], exchange: Exchange, clock: MovableClock
) -> Response:
    effects = exchange.effects
    left_out = effects.get("without")
    return EventStream(
        events_without(events, left_out) if left_out else events,
        exchange.request,
        effects=effects,
        clock=clock,
        error_event=event_error_of(effects),
    )


def _shown_path(request: Request) -> str:
    pairs = parse_qsl(request.url.query, keep_blank_values=True)
    query = urlencode([(name, value) for name, value in pairs if name != "key"])
    return f"{request.url.path}?{query}" if query else request.url.path

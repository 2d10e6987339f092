"""The routes of webhooks, and the keys that check the deliveries of one request."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from interactions_emulator.base.clock import timestamp
from interactions_emulator.base.errors import ApiError
from interactions_emulator.base.payloads import JsonObject
from interactions_emulator.http.answers import json_answer, plain_answer
from interactions_emulator.http.exchange import Exchange, Handler
from interactions_emulator.http.state import EmulatorState
from interactions_emulator.request.caller import Caller
from interactions_emulator.webhooks.deliveries import Deliveries
from interactions_emulator.webhooks.webhooks import WebhookStore

_Handler = Callable[[Exchange, Caller, str], JsonObject]


class WebhookRoutes:
    """Serves the webhooks of one emulator."""

    def __init__(self, state: EmulatorState) -> None:
        self._state = state

    @property
    def _webhooks(self) -> WebhookStore:
        return self._state.webhooks

    @property
    def _deliveries(self) -> Deliveries:
        return self._state.deliveries

    def table(self) -> list[tuple[str, str, Handler]]:
        """Return method, path and work of each route, without the version."""
        one = "/webhooks/{id}"
        return [
            ("POST", "/webhooks", _to_handler(self._create)),
            ("GET", "/webhooks", _to_handler(self._list)),
            ("GET", one, _to_handler(self._get)),
            ("PATCH", one, _to_handler(self._update)),
            ("DELETE", one, _to_handler(self._delete)),
            ("POST", one + ":ping", _to_handler(self._ping)),
            ("POST", one + ":rotateSigningSecret", _to_handler(self._rotate)),
        ]

    def public_routes(self) -> list[Route]:
        """Return the routes that need no key."""
        return [
            Route("/.well-known/jwks.json", self._jwks, methods=["GET"]),
            Route("/emulator/deliveries", self._shown, methods=["GET"]),
        ]

    def _create(self, exchange: Exchange, caller: Caller, _: str) -> JsonObject:
        return self._webhooks.create(exchange.body(), caller.owner)

    def _list(self, exchange: Exchange, caller: Caller, _: str) -> JsonObject:
        del exchange
        now = self._state.clock.now()
        shown = [one.to_json(now) for one in self._webhooks.list(caller.owner)]
        return {"webhooks": shown} if shown else {}

    def _get(self, _: Exchange, caller: Caller, webhook_id: str) -> JsonObject:
        return self._webhooks.get_json(webhook_id, caller.owner)

    def _update(
        self, exchange: Exchange, caller: Caller, webhook_id: str
    ) -> JsonObject:
        return self._webhooks.update(webhook_id, exchange.body(), caller.owner)

    def _delete(self, _: Exchange, caller: Caller, webhook_id: str) -> JsonObject:
        self._webhooks.delete(webhook_id, caller.owner)
        return {}

    def _ping(self, _: Exchange, caller: Caller, webhook_id: str) -> JsonObject:
        """Send an event of a type of its own; what the real one sends is unknown."""
        webhook = self._webhooks.get(webhook_id, caller.owner)
        at = timestamp(self._state.clock.now())
        data = {"id": webhook.id}
        event = {"type": "webhook.ping", "version": "v1", "timestamp": at, "data": data}
        self._deliveries.send(event, webhook.uri, webhook)
        return {}

    def _rotate(
        self, exchange: Exchange, caller: Caller, webhook_id: str
    ) -> JsonObject:
        body = exchange.body() if exchange.raw else None
        return self._webhooks.rotate(webhook_id, body, caller.owner)

    async def _jwks(self, _: Request) -> Response:
        try:
            return plain_answer(self._deliveries.signer.jwks())
        except ApiError as error:
            return plain_answer(error.error_object(), error.status)

    async def _shown(self, _: Request) -> Response:
        return plain_answer({"deliveries": self._deliveries.to_json()})


def _to_handler(handler: _Handler) -> Callable[[Exchange, Caller], Awaitable[Response]]:
    async def work(exchange: Exchange, caller: Caller) -> Response:
        webhook_id = exchange.request.path_params.get("id", "")
        answer = handler(exchange, caller, webhook_id)
        return json_answer(answer, exchange.request)

    return work

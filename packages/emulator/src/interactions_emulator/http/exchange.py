"""One request on its way through the server."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from starlette.requests import Request
from starlette.responses import Response

from interactions_emulator.base import refusals
from interactions_emulator.base.effects import Effects
from interactions_emulator.base.errors import ApiError
from interactions_emulator.base.payloads import is_object, parse
from interactions_emulator.engine.faults import Target
from interactions_emulator.engine.request_log import LoggedRequest
from interactions_emulator.request.caller import Caller


class Exchange:
    """The request, what is logged of it, and what is to go wrong with it."""

    def __init__(self, request: Request, raw: bytes, row: LoggedRequest) -> None:
        self.request = request
        self.raw = raw
        self.row = row
        self.effects = Effects()
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

    def target(self, on: str, *, running: bool) -> Target:
        """Return what faults look at."""
        try:
            body = self.body()
        except ApiError:
            body = None
        known = body if is_object(body) else {}
        return Target(on, self.interaction_id or None, known, running=running)

    def flag(self, name: str) -> bool:
        """Return a boolean of the query."""
        return self.request.query_params.get(name, "").lower() in {"true", "1"}


Handler: TypeAlias = Callable[[Exchange, Caller], Awaitable[Response]]

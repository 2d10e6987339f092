"""Serves agents and environments with the files in them."""

import base64
import binascii
import secrets
from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from interactions_emulator.base import refusals
from interactions_emulator.base.clock import MovableClock
from interactions_emulator.base.payloads import JsonObject
from interactions_emulator.http.answers import bytes_answer, json_answer
from interactions_emulator.http.exchange import Exchange, Handler
from interactions_emulator.request.caller import Caller
from interactions_emulator.resources.environments import (
    environment_resource,
    list_files,
    mime_type,
    normalize_path,
    to_tar,
)
from interactions_emulator.resources.resource_store import ResourceStore

_PAGE = 50
_MOST_PAGE = 1_000


class ResourceRoutes:
    """The API's resources beside interactions; none of them was recorded."""

    def __init__(self, resources: ResourceStore, clock: MovableClock) -> None:
        self._resources = resources
        self._clock = clock

    def table(self) -> list[tuple[str, str, Handler]]:
        """Return method, path below the version, and what serves it."""
        return [
            ("POST", "/agents", self.create_agent),
            ("GET", "/agents", self.list_agents),
            ("GET", "/agents/{name}", self.get_agent),
            ("DELETE", "/agents/{name}", self.delete_agent),
            ("POST", "/environments", self.create_environment),
            ("GET", "/environments", self.list_environments),
            ("GET", "/environments/{name}", self.get_environment),
            ("DELETE", "/environments/{name}", self.delete_environment),
            ("GET", "/environments/{name}/files/{path:path}", self.get_files),
            ("GET", "/files/environment-{name}:download", self.get_snapshot),
        ]

    async def create_agent(self, exchange: Exchange, caller: Caller) -> Response:
        """Keep a custom agent."""
        made = self._resources.create_agent(exchange.body(), caller)
        return json_answer(made, exchange.request)

    async def list_agents(self, exchange: Exchange, caller: Caller) -> Response:
        """List the caller's custom agents."""
        found = self._resources.list_agents(caller)
        return json_answer(_page(exchange, "agents", found), exchange.request)

    async def get_agent(self, exchange: Exchange, caller: Caller) -> Response:
        """Show a custom agent."""
        found = self._resources.get_agent(_name(exchange), caller)
        return json_answer(found, exchange.request)

    async def delete_agent(self, exchange: Exchange, caller: Caller) -> Response:
        """Forget a custom agent."""
        self._resources.delete_agent(_name(exchange), caller)
        return json_answer({}, exchange.request)

    async def create_environment(self, exchange: Exchange, caller: Caller) -> Response:
        """Make an environment."""
        body = exchange.body() if exchange.raw else None
        made = self._resources.create_environment(body, caller)
        shown = environment_resource(made, self._clock.now())
        if made.is_self_hosted:
            # Shown once; who would poll with it is not served here.
            shown["environment_key"] = secrets.token_hex(32)
        return json_answer(shown, exchange.request)

    async def list_environments(self, exchange: Exchange, caller: Caller) -> Response:
        """List the caller's living environments."""
        now = self._clock.now()
        mode = exchange.request.query_params.get("mode")
        found = [
            one
            for one in self._resources.list_environments(caller)
            if mode in {None, one.mode or "on_demand"}
        ]
        shown = [environment_resource(one, now) for one in found]
        return json_answer(_page(exchange, "environments", shown), exchange.request)

    async def get_environment(self, exchange: Exchange, caller: Caller) -> Response:
        """Show an environment."""
        found = self._resources.get_environment(_name(exchange), caller)
        shown = environment_resource(found, self._clock.now())
        return json_answer(shown, exchange.request)

    async def delete_environment(self, exchange: Exchange, caller: Caller) -> Response:
        """Forget an environment."""
        self._resources.delete_environment(_name(exchange), caller)
        return json_answer({}, exchange.request)

    async def get_files(self, exchange: Exchange, caller: Caller) -> Response:
        """List a directory, or hand out a file with `alt=media`."""
        found = self._resources.get_environment(_name(exchange), caller)
        path = str(exchange.request.path_params["path"])
        if exchange.request.query_params.get("alt") != "media":
            entries = list_files(found, path, recursive=exchange.flag("recursive"))
            return json_answer(_page(exchange, "files", entries), exchange.request)
        one = found.files.get(normalize_path(path))
        if one is None:
            raise refusals.not_found()
        return bytes_answer(one.data, mime_type(path), exchange.request)

    async def get_snapshot(self, exchange: Exchange, caller: Caller) -> Response:
        """Hand out all files of an environment as a tar (docs: `alt=media`)."""
        if exchange.request.query_params.get("alt") != "media":
            raise refusals.invalid_argument(why="a download needs alt=media")
        found = self._resources.get_environment(_name(exchange), caller)
        return bytes_answer(to_tar(found), "application/x-tar", exchange.request)


def _name(exchange: Exchange) -> str:
    return str(exchange.request.path_params["name"])


def _page(exchange: Exchange, key: str, items: Sequence[Any]) -> JsonObject:
    """Cut a page out of a list; the token is where the next one begins."""
    query = exchange.request.query_params
    size, start = query.get("page_size") or str(_PAGE), _start(query.get("page_token"))
    if not size.isascii() or not size.isdigit():
        raise refusals.wrong_type(place="page_size", expected="integer")
    end = start + min(int(size) or _PAGE, _MOST_PAGE)
    page: JsonObject = {key: list(items[start:end])}
    if end < len(items):
        page["next_page_token"] = base64.urlsafe_b64encode(str(end).encode()).decode()
    return page


def _start(token: str | None) -> int:
    if not token:
        return 0
    try:
        return int(base64.b64decode(token, b"-_", validate=True))
    except (binascii.Error, ValueError) as exc:
        why = "the page token was not issued"
        raise refusals.invalid_argument(why) from exc

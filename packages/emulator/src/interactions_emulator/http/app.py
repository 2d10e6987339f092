"""Puts the API and the control routes together."""

import asyncio

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from interactions_emulator.http.answers import abort
from interactions_emulator.http.control import Control
from interactions_emulator.http.routes import Api
from interactions_emulator.http.state import EmulatorState
from interactions_emulator.http.webhook_routes import WebhookRoutes


def build_app(state: EmulatorState) -> ASGIApp:
    """Return the ASGI application of an emulator.

    It needs a server that puts the connection's transport into the request's
    state, as `server` does: a lost answer is a closed socket.
    """
    api = Api(state)

    async def unknown(scope: Scope, receive: Receive, send: Send) -> None:
        answer = await api.refuse_unknown(Request(scope, receive, send))
        await answer(scope, receive, send)

    routes = [
        *Control(state).routes(),
        *WebhookRoutes(state).public_routes(),
        *api.routes(),
        Mount("/", app=unknown),
    ]
    return Starlette(routes=routes)


def end_quietly(app: ASGIApp, state: EmulatorState) -> ASGIApp:
    """End quietly for a client that has left, and for a server that stops."""

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        except ClientDisconnect:
            return
        except asyncio.CancelledError:
            if not state.clock.is_stopped:
                raise
            await abort(scope, receive)

    return served

"""Serve the pages of a service: by a server of their own, or beside its ASGI app."""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any, Final

from interactions_core.services.health import Health, Page

_READS: Final = ("GET", "HEAD")

_Scope = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
_Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
AsgiApp = Callable[[_Scope, _Receive, _Send], Awaitable[None]]


class HealthServer:
    """A server of nothing but the pages; it ends with its process.

    Args:
        health: The pages.
        host: Where it listens.
        port: 0 takes a free one.

    Attributes:
        port: Where it listens.

    Raises:
        OSError: It cannot listen there.
    """

    def __init__(self, health: Health, host: str, port: int) -> None:
        class Handler(_Handler):
            pages = health

        self._server = QuietServer((host, port), Handler)
        self.port = int(self._server.server_address[1])

    def start(self) -> None:
        """Begin to serve, in threads of its own."""
        threading.Thread(
            target=self._server.serve_forever, name="interactions-health", daemon=True
        ).start()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()


class QuietServer(ThreadingHTTPServer):
    """A server of the standard library whose threads end with the process."""

    daemon_threads = True

    def __init__(
        self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]
    ) -> None:
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        super().__init__(address, handler)

    def server_bind(self) -> None:
        """Bind without looking up the name of the host, which may take long."""
        TCPServer.server_bind(self)


class _Handler(BaseHTTPRequestHandler):
    pages: Health
    timeout = 10.0
    """Seconds for which a client may be silent."""

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if not self.pages.has(path):
            self._send(Page(404, "text/plain", "no such page\n"))
            return
        self._send(self.pages.page(path))

    do_HEAD = do_GET  # noqa: N815  as the standard library has it

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing: probes come every few seconds."""

    def _send(self, page: Page) -> None:
        body = page.text.encode()
        self.send_response(page.status)
        self.send_header("content-type", page.kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def with_health(app: AsgiApp, health: Health) -> AsgiApp:
    """Return an ASGI app that has the pages, and hands all else on."""
    threads = ThreadPoolExecutor(4, "interactions-health")

    async def served(scope: _Scope, receive: _Receive, send: _Send) -> None:
        is_page = (
            scope["type"] == "http"
            and scope["method"] in _READS
            and health.has(scope["path"])
        )
        if not is_page:
            await app(scope, receive, send)
            return
        loop = asyncio.get_running_loop()
        page = await loop.run_in_executor(threads, health.page, scope["path"])
        headers = [(b"content-type", page.kind.encode())]
        await send(
            {"type": "http.response.start", "status": page.status, "headers": headers}
        )
        body = b"" if scope["method"] == "HEAD" else page.text.encode()
        await send({"type": "http.response.body", "body": body})

    return served

"""Serves the page on this machine, to whoever was given its address.

By the server of the standard library, so that looking needs no further package.
"""

import contextlib
import secrets
import threading
from collections.abc import Callable, Mapping
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from interactions_core.exceptions import InteractionsError
from interactions_core.page.names import Names
from interactions_core.page.reading import View
from interactions_core.page.routes import TEXT, Answer, answer_to
from interactions_core.process.forking import Lock
from interactions_core.services.health_server import QuietServer

HOST: Final = "127.0.0.1"

_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_FROM_ELSEWHERE: Final = {"cross-site", "same-site"}


class PageServer:
    """A server of the page, at the loopback address alone.

    The address holds a token that works once: the browser gets a cookie for it, and is
    sent on to an address without. So what stays in histories and lists of processes
    opens nothing.

    Args:
        view: Returns what may be looked at, as it is now.
        port: 0 takes a free one.

    Attributes:
        port: Where it listens.
        url: The address that opens the page, once.

    Raises:
        OSError: It cannot listen there.
    """

    def __init__(self, view: Callable[[], View], port: int = 0) -> None:
        made = _Door(view)

        class Handler(_Handler):
            door = made

        self._server = QuietServer((HOST, port), Handler)
        self.port = made.port = int(self._server.server_address[1])
        self.url = f"http://{HOST}:{self.port}/?token={made.token}"

    def start(self) -> None:
        """Begin to serve, in threads of its own."""
        threading.Thread(
            target=self._server.serve_forever, name="interactions-page", daemon=True
        ).start()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()


class _Door:
    """Who is let in, and to what."""

    def __init__(self, view: Callable[[], View]) -> None:
        self.view = view
        self.names = Names()
        self.port = 0
        self.token = secrets.token_urlsafe(32)
        self._cookie = secrets.token_urlsafe(32)
        self._lock = Lock()
        self._is_used = False

    def is_here(self, host: str) -> bool:
        """Tell whether a request names this server, and no name that leads here."""
        return host in {f"{HOST}:{self.port}", f"localhost:{self.port}"}

    def exchange(self, token: str) -> str | None:
        """Return a cookie for the token, once."""
        if not secrets.compare_digest(token.encode(), self.token.encode()):
            return None
        with self._lock:
            if self._is_used:
                return None
            self._is_used = True
        return f"{self._name}={self._cookie}; HttpOnly; SameSite=Strict; Path=/"

    def knows(self, cookies: str) -> bool:
        """Tell whether a request has the cookie."""
        try:
            found = SimpleCookie(cookies).get(self._name)
        except CookieError:
            return False
        said = found.value if found else ""
        return secrets.compare_digest(said.encode(), self._cookie.encode())

    @property
    def _name(self) -> str:
        # Cookies do not tell ports apart.
        return f"interactions-{self.port}"


class _Handler(BaseHTTPRequestHandler):
    door: _Door
    timeout = 10.0
    """Seconds for which a client may be silent."""

    def handle(self) -> None:
        """Answer; a browser that goes away meanwhile is nobody's error."""
        with contextlib.suppress(ConnectionError):
            super().handle()

    def do_GET(self) -> None:
        self._send(self._answer())

    def _refuse(self) -> None:
        self._send(Answer(405, TEXT, "only GET\n", {"Allow": "GET"}))

    do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _refuse  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing: what is asked for holds the token, and names of threads."""

    def _answer(self) -> Answer:
        if not self.door.is_here(self.headers.get("Host", "")):
            return Answer(421, TEXT, "this server has another name\n")
        where = urlsplit(self.path)
        asked = dict(parse_qsl(where.query))
        if "token" in asked and where.path == "/":
            return self._opened(asked["token"])
        if not self.door.knows(self.headers.get("Cookie", "")):
            said = (
                "open the address that `interactions ui` has printed; it works once\n"
            )
            return Answer(403, TEXT, said)
        if self.headers.get("Sec-Fetch-Site") in _FROM_ELSEWHERE and where.path != "/":
            return Answer(403, TEXT, "not for other pages\n")
        return self._read(where.path, asked)

    def _read(self, path: str, asked: Mapping[str, str]) -> Answer:
        try:
            return answer_to(self.door.view(), self.door.names, path, asked)
        except InteractionsError:
            return Answer(503, TEXT, "the session store cannot be read\n")

    def _opened(self, token: str) -> Answer:
        cookie = self.door.exchange(token)
        # A page that is loaded anew still has its cookie.
        if cookie is None and not self.door.knows(self.headers.get("Cookie", "")):
            return Answer(403, TEXT, "this address was used; start the command again\n")
        headers = {"Location": "/"} | ({"Set-Cookie": cookie} if cookie else {})
        return Answer(303, TEXT, "", headers)

    def _send(self, answer: Answer) -> None:
        body = answer.body.encode("utf-8", "replace")
        self.send_response(answer.status)
        for name, value in (_HEADERS | dict(answer.headers or {})).items():
            self.send_header(name, value)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def version_string(self) -> str:
        """Name no version."""
        return "interactions"

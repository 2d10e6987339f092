"""A proxy between an adapter and the emulator that garbles what it is told to.

Other answers are handed on byte by byte, so that whatever else can go wrong is left
to the emulator.
"""

import http.client
import http.server
import json
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlsplit

from tests.patience import PATIENCE_S

_DROPPED: Final = frozenset({"content-length", "transfer-encoding", "connection"})


@dataclass(frozen=True)
class Answer:
    """What the emulator has answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes


Garble = Callable[[Answer], Answer]


class Proxy:
    """Forwards to an emulator.

    Attributes:
        upstream: Host and port of the emulator.
        garble: What is done to the answers of creates; `None` for nothing.
        url: Where it listens, while it does.
    """

    def __init__(self, upstream: str) -> None:
        self.upstream = urlsplit(upstream).netloc
        self.garble: Garble | None = None
        self._port = 0
        self._stack = ExitStack()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def open(self) -> None:
        """Listen, always at the same port."""
        server = _Server(("127.0.0.1", self._port), _Handler)
        server.proxy = self
        self._port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        for ending in (server.server_close, thread.join, server.shutdown):
            self._stack.callback(ending)

    def close(self) -> None:
        """Refuse connections."""
        self._stack.close()


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    proxy: Proxy

    def handle_error(self, *_args: object) -> None:
        """Close the connection: the other side has closed its own."""


class _Handler(http.server.BaseHTTPRequestHandler):
    server: _Server

    def _forward(self) -> None:
        proxy = self.server.proxy
        sent = self.rfile.read(int(self.headers.get("content-length") or 0))
        connection = http.client.HTTPConnection(proxy.upstream, timeout=PATIENCE_S)
        with closing(connection):
            connection.request(self.command, self.path, sent, dict(self.headers))
            answer = connection.getresponse()
            creates = self.command == "POST" and self.path.endswith("/interactions")
            if proxy.garble is None or not creates:
                self._begin(answer.status, dict(answer.getheaders()))
                while piece := answer.read1():
                    self.wfile.write(piece)
                return
            told = Answer(answer.status, dict(answer.getheaders()), answer.read())
            garbled = proxy.garble(told)
            self._begin(garbled.status, garbled.headers)
            self.wfile.write(garbled.body)

    do_GET = do_POST = do_DELETE = _forward  # noqa: N815 - names of the base class

    def _begin(self, status: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in _DROPPED:
                self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        pass


# What may happen to an answer.


def is_stream(answer: Answer) -> bool:
    return answer.headers.get("content-type", "").startswith("text/event-stream")


def replaced(status: int, body: bytes, **headers: str) -> Garble:
    """Put something else in the answer's place."""
    return lambda _: Answer(
        status, {"content-type": "application/json"} | headers, body
    )


def rewritten(change: Callable[[dict[str, Any]], None]) -> Garble:
    """Change every interaction that an answer tells of."""

    def garble(answer: Answer) -> Answer:
        if not is_stream(answer):
            interaction = json.loads(answer.body)
            change(interaction)
            return replace(answer, body=json.dumps(interaction).encode())
        lines = answer.body.decode().split("\n")
        return replace(answer, body="\n".join(map(rewrite, lines)).encode())

    def rewrite(line: str) -> str:
        if not line.startswith("data: {"):
            return line
        event = json.loads(line[6:])
        if "interaction" in event:
            change(event["interaction"])
        return f"data: {json.dumps(event)}"

    return garble


def halved(answer: Answer) -> Answer:
    """Cut an answer in the middle, as if that was all of it."""
    return replace(answer, body=answer.body[: len(answer.body) // 2])


def doubled(answer: Answer) -> Answer:
    """Deliver every event twice."""
    if not is_stream(answer):
        return answer
    frames = answer.body.split(b"\n\n")
    twice = [frame for frame in frames for _ in range(2)]
    return replace(answer, body=b"\n\n".join(twice))


def misspelt(answer: Answer) -> Answer:
    """Put bytes into an answer's text that are no UTF-8."""
    return replace(answer, body=answer.body.replace(b"Understood", b"\xff\xfe"))

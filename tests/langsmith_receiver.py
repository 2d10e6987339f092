"""A local server that takes what LangSmith's own client sends over HTTP."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler
from typing import Any, Final

from tests.loopback import serving

INFO: Final = {
    "version": "0.13.0",
    "batch_ingest_config": {
        "use_multipart_endpoint": True,
        "scale_up_qsize_trigger": 1000,
        "scale_up_nthreads_limit": 16,
        "scale_down_nempty_trigger": 4,
        "size_limit": 100,
        "size_limit_bytes": 20971520,
    },
}
"""What a server says of itself: it takes many runs in one form of many parts."""


@dataclass(slots=True)
class Runs:
    """What has come so far; to be read once the client is done."""

    url: str
    bodies: list[tuple[str, bytes]] = field(default_factory=list[tuple[str, bytes]])

    def sent(self) -> bytes:
        """Return every byte of every body."""
        return b"".join(body for _, body in self.bodies)

    def runs(self) -> list[dict[str, Any]]:
        """Return the runs as they are in the end, oldest first."""
        found: dict[str, dict[str, Any]] = {}
        for kind, body in self.bodies:
            for name, value in _parts(kind, body):
                _, run_id, *inner = name.split(".")
                run = found.setdefault(run_id, {"id": run_id})
                run.update({inner[0]: value} if inner else value)
        return sorted(found.values(), key=lambda run: str(run["dotted_order"]))


def _parts(kind: str, body: bytes) -> Iterator[tuple[str, Any]]:
    """Read the parts of a form: names as `post.ID`, `patch.ID.outputs`, and JSON."""
    head = f"Content-Type: {kind}\r\n\r\n".encode()
    for part in BytesParser(policy=HTTP).parsebytes(head + body).iter_parts():
        name = part.get_param("name", header="content-disposition")
        yield str(name), json.loads(part.get_payload(decode=True))


@contextmanager
def receiving_runs() -> Iterator[Runs]:
    """Take what LangSmith's client sends, on loopback, for as long as the block."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.answer(json.dumps(INFO).encode())

        def do_POST(self) -> None:
            kind, body = self.headers["content-type"], self.body()
            assert self.path == "/runs/multipart", self.path
            runs.bodies.append((kind, body))
            self.answer(b"{}")

        def body(self) -> bytes:
            if "content-length" in self.headers:
                return self.rfile.read(int(self.headers["content-length"]))
            pieces = [b""]
            while size := int(self.rfile.readline(), 16):
                pieces.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(pieces)

        def answer(self, said: bytes) -> None:
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    with serving(Handler) as url:
        runs = Runs(url)
        yield runs

"""A local server that takes what OpenTelemetry's own exporters send over HTTP."""

import gzip
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any, Final

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.loopback import serving

TRACES: Final = "/v1/traces"


@dataclass(frozen=True, slots=True)
class Received:
    """One request of an exporter; `headers` have names in small letters."""

    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class Receiver:
    """What has come so far; to be read from any thread."""

    url: str
    received: list[Received] = field(default_factory=list[Received])

    def sent(self) -> bytes:
        """Return every byte of every body, unpacked."""
        return b"".join(each.body for each in self.received)

    def spans(self) -> list[Span]:
        """Return the spans in the order in which they were sent."""
        found: list[Span] = []
        for each in self.received:
            if each.path.endswith(TRACES):
                request = ExportTraceServiceRequest.FromString(each.body)
                for resource in request.resource_spans:
                    for scope in resource.scope_spans:
                        found += scope.spans
        return found


def attributes_of(span: Span) -> dict[str, Any]:
    """Return the attributes of a span that was sent, as plain values."""
    return {pair.key: _plain(pair.value) for pair in span.attributes}


def _plain(value: Any) -> Any:
    which = value.WhichOneof("value")
    if which == "array_value":
        return [_plain(each) for each in value.array_value.values]
    return getattr(value, which) if which else None


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Take what exporters send, on loopback, for as long as the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.received.append(Received(self.path, headers, body))
            self.send_response(200)
            self.send_header("content-type", "application/x-protobuf")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    with serving(Handler) as url:
        receiver = Receiver(url)
        yield receiver

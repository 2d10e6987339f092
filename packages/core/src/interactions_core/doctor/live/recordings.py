"""Keep what is sent and answered as a cassette that vcrpy plays.

A cassette names no machine, no project and no key, whoever records it.
"""

import re
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from interactions_core.extras import require_tool

HOST: Final = "http://emulator.invalid"
"""What stands for whoever answered."""

HEADERS: Final = ("x-goog-api-key", "authorization", "host", "user-agent")
"""Of a request, beside its client's; they are left out."""

_PROJECT: Final = re.compile(r"/projects/[^/]+/")
_PROJECT_NAMED: Final = re.compile(r"projects/[\w.:-]+")
_HIDDEN: Final = "hidden"


def load_recorder() -> Any:  # noqa: ANN401 - as below
    """Import vcrpy, which tests and this option alone need.

    Raises:
        MissingPackageError: It is not installed.
    """
    return require_tool("vcrpy", "vcr", what="writing a recording")


@contextmanager
def recorded(path: Path, hidden: Iterable[str]) -> Generator[None]:
    """Record every request of this process while the block runs.

    Args:
        path: The cassette.
        hidden: Texts that it may not hold, such as the key.
    """
    hiding = _hiding([secret for secret in hidden if secret])

    def request(sent: Any) -> Any:  # noqa: ANN401 - vcrpy's own, without types
        sent.body = hiding(sent.body) if sent.body else sent.body
        return anonymous(sent)

    def response(came: dict[str, Any]) -> dict[str, Any]:
        body = came["body"]
        return small({**came, "body": {**body, "string": hiding(body["string"])}})

    recorder = load_recorder().VCR(
        record_mode="all",
        filter_headers=HEADERS,
        before_record_request=request,
        before_record_response=response,
        decode_compressed_response=True,
    )
    with recorder.use_cassette(str(path)):
        yield


def anonymous(request: Any) -> Any:  # noqa: ANN401 - as above
    """Name no machine and no project: a cassette is the same wherever it was made."""
    path = _PROJECT.sub("/projects/project/", "/" + request.uri.split("/", 3)[3])
    request.uri = HOST + path
    request.headers.pop("x-goog-api-client", None)
    return request


def small(response: dict[str, Any]) -> dict[str, Any]:
    """Keep of an answer's headers what says how its body is read."""
    kept = ("content-type", "Content-Type")
    response["headers"] = {
        name: value for name, value in response["headers"].items() if name in kept
    }
    return response


def hide(text: str, secrets: Iterable[str]) -> str:
    """Take secrets, and the names of projects, out of what the service said."""
    text = _PROJECT_NAMED.sub("projects/project", text)
    for secret in secrets:
        text = text.replace(secret, _HIDDEN)
    return text


def _hiding(secrets: list[str]) -> Callable[[bytes], bytes]:
    def hidden(body: bytes) -> bytes:
        text = body.decode("utf-8", "surrogateescape")
        return hide(text, secrets).encode("utf-8", "surrogateescape")

    return hidden

"""What the HTTP clients of google-genai do with a request last, before the network.

The SDK works in the thread that awaits a request, which is an event loop's: it writes
the body's JSON there, and with its first request it imports half of itself. Both are
done in a worker instead. A long body is withheld from the SDK, written elsewhere and
put in by a request hook; what stands in its place is no input that the API accepts, so
that a request without its body is refused and answers nothing. The imports are done
by a rehearsal: a create that a request hook stops.
"""

import contextlib
from collections.abc import Generator, Mapping
from contextvars import ContextVar
from typing import Any, Final

WITHHELD: Final[Mapping[str, object]] = {"input": {"type": "withheld"}}
"""The `extra_body` of a create whose body is put in later."""

_body: Final = ContextVar[bytes | None]("_body", default=None)
_rehearses: Final = ContextVar("_rehearses", default=False)


class RehearsalError(Exception):
    """A rehearsed request was stopped, as it should be."""


@contextlib.contextmanager
def sending(body: bytes) -> Generator[None]:
    """Have the requests of this block carry a body."""
    token = _body.set(body)
    try:
        yield
    finally:
        _body.reset(token)


@contextlib.contextmanager
def rehearsing() -> Generator[None]:
    """Have no request of this block sent; whatever the SDK makes of that is ignored."""
    token = _rehearses.set(True)
    try:
        with contextlib.suppress(Exception):
            yield
    finally:
        _rehearses.reset(token)


# A request of httpx, or of httpx2, neither of which core depends on by itself.
async def put_body(request: Any) -> None:  # noqa: ANN401 - the hook's form
    """Put the body in; a hook for async clients."""
    body = _body.get()
    if body is None or request.method != "POST":
        return
    del request.headers["content-length"]
    # A request knows its content in several places; made anew it knows one.
    request.__init__(
        request.method,
        request.url,
        headers=request.headers,
        content=body,
        extensions=request.extensions,
    )


def stop_rehearsal(_request: object) -> None:
    """Let nothing out during a rehearsal; a hook for sync clients."""
    if _rehearses.get():
        raise RehearsalError

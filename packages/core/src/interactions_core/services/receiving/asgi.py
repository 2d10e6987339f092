"""What a receiver needs of ASGI: bodies of bounded length, answers, its life."""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

_MOST_BYTES: Final = 1_000_000
_MOST_DIGITS: Final = 12

AppScope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


def is_too_long(length: str) -> bool:
    """Tell whether a body says of itself that it is longer than any delivery."""
    return length.isdecimal() and (
        len(length.lstrip("0")) > _MOST_DIGITS or int(length) > _MOST_BYTES
    )


async def read_body(receive: Receive) -> bytes | None:
    """Return a request's body; `None` if it is longer than any delivery.

    Raises:
        ConnectionError: The sender has gone before its end.
    """
    body = bytearray()
    while len(body) <= _MOST_BYTES:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionResetError
        body += message.get("body", b"")
        if not message.get("more_body"):
            return bytes(body) if len(body) <= _MOST_BYTES else None
    return None


async def answer(send: Send, status: int, said: str) -> None:
    """Answer a request with a word, as JSON."""
    body = json.dumps({"message": said}).encode()
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def live(receive: Receive, send: Send) -> None:
    """Begin and end with the server; there is nothing to do for either."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return

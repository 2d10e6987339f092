"""Note which addresses this process looks up or connects to."""

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

LOOPBACK = {None, "", "localhost", "127.0.0.1", "::1", b"127.0.0.1", b"localhost"}

_heard: list[list[str]] = []


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        _note(arguments[0])


def _note(host: Any) -> None:
    if host not in LOOPBACK:
        for heard in _heard:
            heard.append(str(host))


# It cannot be taken off again, and hears nothing outside of `addresses`.
sys.addaudithook(_audit)


@contextmanager
def addresses() -> Iterator[list[str]]:
    """Collect all but loopback, those that the tests' own guard refuses included."""
    connect = socket.socket.connect

    def heard_connect(self: socket.socket, address: Any) -> Any:
        if isinstance(address, tuple):
            _note(address[0])
        return connect(self, address)

    heard: list[str] = []
    _heard.append(heard)
    try:
        with mock.patch.object(socket.socket, "connect", heard_connect):
            yield heard
    finally:
        _heard.remove(heard)

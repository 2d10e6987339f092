"""An emulator in a process that forks: its server stays where it is."""

import os
import signal
import socket
from urllib.parse import urlsplit

import pytest

from interactions_emulator import Emulator
from tests.forks.children import quietly_forked

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")


def test_a_child_neither_ends_an_emulator_nor_keeps_its_port_open() -> None:
    reading, writing = os.pipe()
    with Emulator() as emulator:
        child = quietly_forked()
        if child == 0:
            # It leaves the block, as a child does that ends by an exception.
            emulator.__exit__(None, None, None)
            os.write(writing, b".")
            signal.pause()
        # Until it has run at all, it holds what it was forked with.
        assert os.read(reading, 1) == b"."
        emulator.advance(1.0)
    try:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(
                (urlsplit(emulator.url).hostname, urlsplit(emulator.url).port)
            )
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(reading)
        os.close(writing)

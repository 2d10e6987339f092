"""CrewAI contacts nobody but the emulator; every test of this folder is held to it."""

import contextlib
import socket

import pytest

from tests.crewai.addresses import addresses


@pytest.fixture
def at_home() -> None:
    """Let this one test look elsewhere."""


def test_other_addresses_would_be_noticed() -> None:
    with addresses() as contacted:
        with contextlib.suppress(OSError, RuntimeError, UserWarning):
            socket.getaddrinfo("name.invalid", 80)
        with socket.socket() as one:
            one.settimeout(0.01)
            with contextlib.suppress(OSError, RuntimeError, UserWarning):
                one.connect(("192.0.2.1", 9))

    assert contacted == ["name.invalid", "192.0.2.1"]

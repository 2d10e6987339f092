"""Clients on the emulator, and witnesses of what AutoGen asks them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from interactions_autogen import InteractionsChatCompletionClient
from interactions_core import MemoryStore
from interactions_emulator import Emulator
from tests.autogen.event_log import EventLog, event_log, listening
from tests.autogen.witness import Ids, Witness
from tests.conftest import Clock
from tests.waiting import go_by

MakeClient = Callable[..., InteractionsChatCompletionClient]


@pytest.fixture
def make_client(emulator: Emulator, clock: Clock, tmp_path: Path) -> MakeClient:
    """Make clients on the emulator, each with a session store of its own."""
    made: list[object] = []

    def make(**options: Any) -> InteractionsChatCompletionClient:
        defaults: dict[str, Any] = {
            "base_url": emulator.url,
            "api_key": "k",
            "sessions": f"memory:{tmp_path}{len(made)}",
        }
        if "agent" not in options:
            defaults["model"] = "gemini-3.5-flash"
        client = InteractionsChatCompletionClient(**defaults | options)
        go_by(client, clock)
        made.append(client)
        return client

    return make


@pytest.fixture
def client(make_client: MakeClient) -> InteractionsChatCompletionClient:
    return make_client()


@pytest.fixture
def witness(emulator: Emulator) -> Iterator[Witness]:
    """Make a client that notes every list it is given, and its interaction."""
    with listening(Ids()):
        yield Witness(
            model="gemini-3.5-flash",
            base_url=emulator.url,
            api_key="k",
            sessions=MemoryStore(),
        )


@pytest.fixture
def log() -> Iterator[EventLog]:
    with event_log() as events:
        yield events

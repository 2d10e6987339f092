"""A saver that offloads, a model, and a file from before."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from interactions_core import SqliteStore
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions, InteractionsSaver
from tests.langgraph.offload.large import open_saver, talk


@pytest.fixture
def url(tmp_path: Path) -> str:
    (tmp_path / "state").mkdir()
    return f"sqlite:///{tmp_path / 'state' / 'state.db'}"


@pytest.fixture
def saver(emulator: Emulator, url: str) -> Iterator[InteractionsSaver]:
    with open_saver(url, emulator.url) as saver:
        yield saver


@pytest.fixture
def model(emulator: Emulator) -> Iterator[ChatInteractions]:
    with ChatInteractions(
        model="gemini-3.5-flash", base_url=emulator.url, api_key="k"
    ) as model:
        yield model


@pytest.fixture
def filled(model: ChatInteractions, emulator: Emulator, url: str) -> str:
    """Return a file from before the option was set, with all payloads in it."""
    store = SqliteStore(url.removeprefix("sqlite:///"), mirror="signatures")
    with open_saver(store, emulator.url, offload=None) as plain:
        talk(model, plain)
    store.close()
    return url

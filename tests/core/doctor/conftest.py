"""An environment to look at: an API, a key, a folder and a store."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from interactions_core import SqliteStore
from interactions_core.client.client import InteractionsClient
from interactions_core.client.connection import Connection
from interactions_core.protocol.retention import DAY_S
from interactions_core.turns.context import ClientPolicy
from interactions_emulator import Emulator
from tests.core.doctor.looking import KEY


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    # It does what is documented, which some reports contradict.
    with Emulator(api_keys=[KEY], job_s=60.0, strict=False) as running:
        yield running


@pytest.fixture(autouse=True)
def environment(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Path:
    """Say where the API is and whose key is used, and go to a folder of its own."""
    for name in ("GOOGLE_API_KEY", "INTERACTIONS_SESSIONS", "NO_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GEMINI_API_KEY", KEY)
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", emulator.url)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def client(emulator: Emulator) -> Iterator[InteractionsClient]:
    policy = ClientPolicy(max_retries=0, retention_s=55 * DAY_S, clock=time.time)
    made = InteractionsClient(Connection(api_key=KEY, base_url=emulator.url), policy)
    yield made
    made.close()


@pytest.fixture
def store(environment: Path) -> Iterator[SqliteStore]:
    made = SqliteStore(environment / "state.db")
    yield made
    made.close()

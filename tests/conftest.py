"""Fixtures for every folder of tests: a local server, and a clock to move by hand."""

import contextlib
import os
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import certifi
import pytest

from interactions_core.turns import pacing
from interactions_emulator import Emulator
from tests.postgres import GIVEN, fresh_schema, running_server

# CrewAI holds pydantic back, so its tests run in an environment of their own.
collect_ignore = [] if find_spec("crewai") else ["crewai"]

END = "-----END CERTIFICATE-----\n"
EPOCH_S = 1_790_000_000.0


class Clock:
    """Epoch seconds that pass only when they are told to.

    `sleep` and `asleep` take the place of waiting: they move the clock and note how
    long was asked for. `followers` are called whenever it was moved.
    """

    def __init__(self, now: float = EPOCH_S) -> None:
        self.now = now
        self.slept: list[float] = []
        self.followers: list[Callable[[], None]] = []

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds
        for follow in self.followers:
            follow()

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.advance(seconds)

    async def asleep(self, seconds: float) -> None:
        self.sleep(seconds)


@pytest.fixture(autouse=True, scope="session")
def one_certificate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Spare every client the 0.2 s that it takes to load all certificates."""
    pem = Path(certifi.where()).read_text()
    first = pem[pem.index("-----BEGIN") : pem.index(END) + len(END)]
    path = tmp_path_factory.mktemp("certificates") / "one.pem"
    path.write_text(first)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(path))
        yield


@pytest.fixture(autouse=True, scope="session")
def no_profile() -> Iterator[None]:
    """Keep a developer's profiles and list of deletions out of every test."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("INTERACTIONS_PROFILE", "INTERACTIONS_ERASED"):
            patch.delenv(name, raising=False)
        yield


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    # Every test begins at the same time; looks of others must not be in its way.
    for name, value in vars(pacing.Pace()).items():
        monkeypatch.setattr(pacing.PROCESS_PACE, name, value)
    return Clock()


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


@contextlib.contextmanager
def on_clock(clock: Clock, **options: Any) -> Iterator[Emulator]:
    """Run an emulator whose time is the test's: real time moves nothing there.

    Not for streams of runs: whoever listens does not move the clock.
    """
    with Emulator(clock=clock, **options) as running:
        # Whoever waits there looks again.
        clock.followers.append(lambda: running.advance(0))
        yield running
        clock.followers.clear()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Run PostgreSQL for as long as this worker runs tests; return its URL."""
    given = os.environ.get(GIVEN)
    if given:
        yield given
        return
    with running_server() as server:
        yield server.url


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """Return the URL of a schema of its own on a PostgreSQL server."""
    with fresh_schema(postgres_server) as url:
        yield url


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def sessions_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of an empty store, of every kind that there is."""
    if request.param == "memory":
        return f"memory:{tmp_path}"
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/s.db"
    return request.getfixturevalue("postgres_url")


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of an empty store on disk, of every kind that there is."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    return request.getfixturevalue("postgres_url")

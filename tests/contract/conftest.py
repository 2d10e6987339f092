"""Fixtures of the contract tests: core beside a server on the same clock."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from interactions_core.client.connection import Connection
from interactions_core.stores import MemoryStore, SessionStore, open_store
from interactions_emulator import Emulator
from tests.conftest import Clock
from tests.contract.asking import WAYS, Asker
from tests.patience import PATIENCE_S

Connect = Callable[..., Asker]


@pytest.fixture
def emulator(clock: Clock) -> Iterator[Emulator]:
    """Run a server whose time is the test's, and whose runs end at once.

    Nobody moves the clock while a client listens to a run, so that one that goes on
    would be silent until the client has had enough, half a lease of real time later.
    """
    with Emulator(clock=clock, job_s=0) as running:
        yield running


@pytest.fixture
def store() -> SessionStore:
    return MemoryStore()


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SessionStore]:
    """Open a store of each kind, for what is true of all of them."""
    if request.param == "memory":
        yield MemoryStore()
        return
    url = f"sqlite:///{tmp_path / 'sessions.db'}"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
    with closing(open_store(url)) as opened:
        yield opened


@pytest.fixture
def connect(emulator: Emulator, store: SessionStore, clock: Clock) -> Iterator[Connect]:
    """Make askers; each may have a key, a platform, a store, retries of its own."""
    askers: list[Asker] = []

    def connect(
        way: str,
        *,
        base_url: str = "",
        store: SessionStore = store,
        sleep: Callable[[float], None] = clock.sleep,
        max_retries: int = 2,
        resubmits: bool = False,
        timeout_s: float = PATIENCE_S,
        **platform: Any,
    ) -> Asker:
        connection = Connection(
            base_url=base_url or emulator.url,
            timeout_s=timeout_s,
            **{"api_key": "the key"} | platform,
        )
        asker = Asker(
            way,
            connection,
            store,
            clock,
            sleep,
            max_retries=max_retries,
            resubmits=resubmits,
        )
        askers.append(asker)
        return asker

    yield connect
    for asker in askers:
        asker.close()


@pytest.fixture(params=WAYS)
def asker(request: pytest.FixtureRequest, connect: Connect) -> Asker:
    return connect(request.param)

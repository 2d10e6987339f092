"""The watcher keeps the index of searches up, where somebody has searched."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from interactions_core import SqliteStore
from interactions_core.client.client import InteractionsClient
from interactions_core.client.connection import Connection
from interactions_core.services.index_keeper import (
    AT_ONCE,
    LOOK_S,
    IndexKeeper,
    index_all,
)
from interactions_core.services.job_watcher import JobWatcher
from interactions_core.stores.sql.search import text_tables
from interactions_core.turns.context import ClientPolicy
from interactions_emulator import Emulator
from tests.conftest import Clock
from tests.contract.searching import say

HOUR_S = 3600.0


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore(tmp_path / "state.db")
    yield opened
    opened.close()


@pytest.fixture
def watcher(
    store: SqliteStore, emulator: Emulator, clock: Clock
) -> Iterator[JobWatcher]:
    connection = Connection(api_key="k", base_url=emulator.url, timeout_s=60.0)
    policy = ClientPolicy(max_retries=0, retention_s=1e9, clock=clock)
    client = InteractionsClient(connection, policy)
    made = JobWatcher(store, client, clock=clock, sleep=clock.sleep)
    yield made
    made.close()
    client.close()


def test_the_watcher_indexes_what_was_said_since_somebody_searched(
    store: SqliteStore, watcher: JobWatcher, clock: Clock
) -> None:
    say(store, "a", "shoes")
    store.index_texts()
    say(store, "b", "shoes")

    watcher.step()
    assert store.search("shoes").unindexed == 0

    say(store, "c", "shoes")
    clock.advance(HOUR_S)
    watcher.step()
    assert store.search("shoes").unindexed == 0


def test_the_watcher_makes_no_index_where_nobody_has_searched(
    store: SqliteStore, watcher: JobWatcher
) -> None:
    say(store, "a", "shoes")

    watcher.step()

    assert not store.has_index()
    assert store.search("shoes").unindexed == 1


def test_a_little_is_indexed_at_a_time_and_looks_are_rare(
    store: SqliteStore, clock: Clock
) -> None:
    say(store, "first", "shoes")
    store.index_texts()
    for number in range(AT_ONCE + 1):
        say(store, f"i{number}", "shoes")
    keeper = IndexKeeper(store, clock=clock)

    done = []
    for pause_s in (HOUR_S, HOUR_S, LOOK_S / 2, HOUR_S):
        done.append(keeper.step())
        clock.advance(pause_s)
        if len(done) > 2:
            say(store, f"later {len(done)}", "shoes")
    done.append(keeper.step())

    assert done == [AT_ONCE, 1, 0, 0, 2]


def test_a_store_that_is_away_keeps_nothing_else_waiting(
    store: SqliteStore, clock: Clock, tmp_path: Path
) -> None:
    say(store, "a", "shoes")
    store.index_texts()
    keeper = IndexKeeper(store, clock=clock)
    (tmp_path / "state.db").rename(tmp_path / "elsewhere.db")

    assert keeper.step() == 0


def test_indexing_all_ends_however_much_is_recorded_meanwhile(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_tables, "BATCH_CHARACTERS", 1)
    for number in range(5):
        say(store, f"i{number}", "shoes")
    told: list[tuple[int, int]] = []

    def record(done: int, total: int) -> None:
        told.append((done, total))
        say(store, f"later {done}", "shoes")

    assert index_all(store, record) == 5
    assert told == [(done, 5) for done in range(1, 6)]
    assert store.search("shoes").unindexed == 5
    assert len(store.search("shoes").found) == 10

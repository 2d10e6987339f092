"""What a watcher and a receiver do while their session store is away."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from interactions_core import SqliteStore
from interactions_core.client.client import InteractionsClient
from interactions_core.client.connection import Connection
from interactions_core.exceptions import StoreError
from interactions_core.records.turn import Turn
from interactions_core.services.graph_resumer import Resumer
from interactions_core.services.job_watcher import JobWatcher
from interactions_core.services.running.outages import PAUSE_S, Outage
from interactions_core.services.sweeper import Sweeper
from interactions_core.services.webhook_verification import Trust
from interactions_core.services.webhooks import WebhookReceiver
from interactions_core.transcript.digest import Transcript
from interactions_core.transcript.parts import text_part
from interactions_core.transcript.steps import user_input
from interactions_core.turns.context import ClientPolicy
from interactions_core.turns.pacing import Pace
from interactions_emulator import Emulator
from tests.conftest import Clock, on_clock
from tests.core.test_webhooks import NOW, SECRET, delivery, job
from tests.patience import PATIENCE_S

TEN_MINUTES_S = 600.0


class Away(SqliteStore):
    """A store whose database answers whenever a function of the test lets it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.look: Callable[[], None] = lambda: None
        database = self.database
        reading, writing = database.reading, database.writing

        @contextmanager
        def read() -> Iterator[Any]:
            self.look()
            with reading() as db:
                yield db

        @contextmanager
        def write(*names: str, **shared: Any) -> Iterator[Any]:
            self.look()
            with writing(*names, **shared) as db:
                yield db

        database.reading, database.writing = read, write  # type: ignore[method-assign]

    def error(self, *, retryable: bool = True) -> StoreError:
        return StoreError(self.url, "it is away", "Wait.", retryable=retryable)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Away]:
    store = Away(tmp_path / "state.db")
    yield store
    store.close()


@pytest.fixture
def emulator(clock: Clock) -> Iterator[Emulator]:
    with on_clock(clock, job_s=60.0) as running:
        yield running


@pytest.fixture
def client(emulator: Emulator, clock: Clock) -> Iterator[InteractionsClient]:
    client = InteractionsClient(
        Connection(api_key="k", base_url=emulator.url),
        ClientPolicy(max_retries=0, retention_s=1e6, clock=clock),
        sleep=clock.sleep,
    )
    yield client
    client.close()


@pytest.fixture
def watcher(store: Away, client: InteractionsClient, clock: Clock) -> JobWatcher:
    return JobWatcher(
        store,
        client,
        resume=lambda _: True,
        clock=clock,
        sleep=clock.sleep,
        pace=Pace(1e6),
    )


def suspend(client: InteractionsClient, store: SqliteStore) -> str:
    asked = Transcript.of([user_input([text_part("Hi")])])
    turn = Turn(transcript=asked, target=("model", "gemini-3.5-flash"), background=True)
    return client.suspend(turn, store).job_key


@pytest.mark.parametrize("retryable", [True, False], ids=["refused", "password"])
def test_a_watcher_goes_on_after_ten_minutes_without_its_store_and_says_so_once(
    store: Away,
    client: InteractionsClient,
    watcher: JobWatcher,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
    *,
    retryable: bool,
) -> None:
    """A wrong password is an outage, too, once the store has been there."""
    key = suspend(client, store)
    watcher.step()
    watcher._outage.end()
    back_at, tries = clock.now + TEN_MINUTES_S, []

    def look() -> None:
        if clock.now < back_at:
            tries.append(clock.now)
            raise store.error(retryable=retryable)

    store.look = look
    watcher.run(until_idle=True)

    kept = store.get_job(key)
    assert kept is not None
    assert (kept.status, kept.lease_until) == ("completed", 0.0)
    said = [record.getMessage() for record in caplog.records]
    assert [one[:47] for one in said] == [
        "waiting for the session store to come back: ses",
        f"the session store is back after {clock.now - tries[0]:.0f} s"[:47],
    ]
    # A try may fail twice: leases are given up, where that is possible.
    assert len({*tries}) < 2 * TEN_MINUTES_S / PAUSE_S[1]
    assert clock.now - back_at < 2 * PAUSE_S[1] + 60


def test_an_error_that_waiting_does_not_mend_ends_a_watcher_at_its_start(
    store: Away, watcher: JobWatcher
) -> None:
    def look() -> None:
        raise store.error(retryable=False)

    store.look = look

    with pytest.raises(StoreError, match="it is away"):
        watcher.run()


def test_a_watcher_that_comes_up_before_its_store_waits_for_it(
    store: Away, watcher: JobWatcher, clock: Clock
) -> None:
    back_at = clock.now + TEN_MINUTES_S

    def look() -> None:
        if clock.now < back_at:
            raise store.error()

    store.look = look
    watcher.run(until_idle=True)

    assert clock.now >= back_at


def test_a_lease_that_could_not_be_given_up_is_given_up_after_the_outage(
    store: Away, clock: Clock
) -> None:
    store.add_job(job(interrupts=1, status="completed"))

    def resume(_: object) -> bool:
        store.look = lambda: (_ for _ in ()).throw(store.error())
        return False

    resumer = Resumer(store, resume, clock=clock)
    with pytest.raises(StoreError):
        resumer.sweep()
    store.look = lambda: None
    resumer.sweep()

    [waiting] = store.list_jobs(waiting=True)
    assert waiting.is_free(clock.now)


def test_a_receiver_asks_for_its_deliveries_again_while_the_store_is_away(
    store: Away, caplog: pytest.LogCaptureFixture
) -> None:
    store.add_job(job())
    receiver = WebhookReceiver(store, Trust(secrets=[SECRET]), clock=lambda: NOW)

    def look() -> None:
        raise store.error()

    store.look = look
    away = [receiver.receive(*delivery()) for _ in range(3)]
    store.look = lambda: None
    back = receiver.receive(*delivery())

    assert [one.status for one in (*away, back)] == [503, 503, 503, 200]
    assert len(back.news) == 1
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 2


def test_graphs_are_looked_for_again_after_the_database_was_away(store: Away) -> None:
    looks: list[int] = []

    def look() -> None:
        looks.append(1)
        if len(looks) == 1:
            raise store.error()

    store.look = look
    outage = Outage(jitter=lambda: 0.0)
    sweeper = Sweeper(Resumer(store, lambda _: True), outage, sweep_s=0.01)
    sweeper.start()
    for _ in range(int(PATIENCE_S * 100)):
        if len(looks) > 1 and outage.error is None:
            break
        sweeper._over.wait(0.01)
    sweeper.stop()
    sweeper.join()

    assert outage.error is None
    assert len(looks) > 1


def test_a_watcher_that_was_stopped_resumes_graphs_again_when_it_runs_again(
    store: Away, watcher: JobWatcher
) -> None:
    store.add_job(job(interrupts=1, status="completed"))
    watcher.stop()

    watcher.run(until_idle=True)
    [stopped] = store.list_jobs(waiting=True)
    watcher.run(until_idle=True)

    [resumed] = store.list_jobs(waiting=True)
    assert stopped.updated_at < resumed.updated_at

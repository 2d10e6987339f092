"""What a watcher and a receiver say of themselves, and the numbers behind it."""

import asyncio
import json
import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from interactions_core import (
    MemoryStore,
    PostgresStore,
    SessionStore,
    SqliteStore,
    open_store,
)
from interactions_core.cli.jobs import jobs
from interactions_core.cli.webhook import webhook
from interactions_core.exceptions import StoreError, StoreSchemaError
from interactions_core.process import counters
from interactions_core.records.jobs.measures import JobCount, PoolUse
from interactions_core.services.health import LATE_S, Health
from interactions_core.services.health_server import HealthServer, with_health
from interactions_core.services.measures import Measures, measure
from interactions_core.services.monitoring.metrics_text import metrics_text
from interactions_core.services.monitoring.shared_answers import FRESH_S
from interactions_core.stores.sql.jobs.measure_tables import COUNT
from interactions_emulator import Emulator
from tests.commands import running
from tests.conftest import Clock
from tests.contract.session_records import NOW, make_job
from tests.patience import PATIENCE_S

AWAY = StoreError("x", "it is away", "Wait.", retryable=True)
NEWER = StoreSchemaError("x", "sessions", found=9, supported=2)


class Failing(MemoryStore):
    """A store that fails as the test says."""

    error: StoreError | None = None
    looks = 0

    def check_contracts(self) -> None:
        self.looks += 1
        if self.error is not None:
            raise self.error


def fetch(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:  # noqa: S310
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@pytest.mark.parametrize(
    ("error", "lag_s", "status", "problems"),
    [
        pytest.param(None, 0.0, 200, {}, id="ready"),
        pytest.param(AWAY, 0.0, 503, {"database": str(AWAY)}, id="away"),
        pytest.param(NEWER, 0.0, 503, {"schema": str(NEWER)}, id="newer"),
        pytest.param(
            None, None, 503, {"jobs": "they were not looked through yet"}, id="begins"
        ),
        pytest.param(
            None,
            LATE_S + 1,
            503,
            {"jobs": f"looks are more than {LATE_S:g} s late"},
            id="late",
        ),
    ],
)
def test_a_service_that_is_not_ready_says_what_is_not(
    error: StoreError | None, lag_s: float, status: int, problems: dict[str, str]
) -> None:
    store = Failing()
    store.error = error

    page = Health(store, lag=lambda: lag_s).page("/readyz")

    said = json.loads(page.text)
    found = {
        name: check["problem"]
        for name, check in said["checks"].items()
        if not check["ok"]
    }
    assert (page.status, said["ready"], found) == (status, not problems, problems)


def test_a_service_that_ends_lives_and_is_not_ready() -> None:
    health = Health(MemoryStore())
    health.end()

    assert health.page("/livez").status == 200
    page = health.page("/readyz")
    assert page.status == 503
    assert json.loads(page.text)["checks"]["service"]["problem"] == "it is ending"


def test_however_many_ask_the_store_is_asked_once_a_second(clock: Clock) -> None:
    store = Failing()
    health = Health(store, clock=clock)

    for _ in range(50):
        health.page("/readyz")
    clock.advance(FRESH_S + 0.1)
    health.page("/readyz")

    assert store.looks == 2


def test_a_server_of_its_own_has_the_pages_and_nothing_else() -> None:
    server = HealthServer(Health(MemoryStore()), "127.0.0.1", 0)
    server.start()
    at = f"http://127.0.0.1:{server.port}"

    found = [fetch(f"{at}{path}")[0] for path in ("/livez?x=1", "/metrics", "/other")]
    server.close()

    assert found == [200, 200, 404]


def test_an_app_gets_all_requests_but_those_of_the_pages() -> None:
    sent: list[Any] = []

    async def app(scope: Any, _receive: object, _send: object) -> None:
        sent.append(scope["path"])

    async def send(message: Any) -> None:
        sent.append(message.get("status"))

    served = with_health(app, Health(MemoryStore()))

    async def ask() -> None:
        for method, path in (("GET", "/livez"), ("POST", "/livez"), ("GET", "/x")):
            scope = {"type": "http", "method": method, "path": path}
            await served(scope, send, send)

    asyncio.run(ask())

    assert sent == [200, None, "/livez", "/x"]


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SessionStore]:
    if request.param == "memory":
        yield MemoryStore()
        return
    url = (
        f"sqlite:///{tmp_path / 'store.db'}"
        if request.param == "sqlite"
        else request.getfixturevalue("postgres_url")
    )
    with closing(open_store(url)) as opened:
        yield opened


def test_jobs_are_counted_by_state_and_age_but_those_that_are_done_with(
    store: SessionStore,
) -> None:
    def keep(key: str, age_s: float, **changes: Any) -> None:
        job = make_job(key, place=None, created_at=NOW - age_s, **changes)
        store.add_job(job)

    keep("new", 5, status="intent", interaction_id="")
    keep("lost", 700, status="lost", interaction_id="")
    keep("run", 61, status="in_progress")
    keep("asked", 70, status="submitted")
    keep("over", 90_000, status="completed")
    keep("given", 4_000, status="completed", handed_on_at=NOW)
    keep("done", 5, status="completed", consumed_at=NOW)

    assert [*store.count_jobs(NOW)] == [
        JobCount("handed_on", 86_400.0, 1, 4_000.0),
        JobCount("intent", 60.0, 1, 5.0),
        JobCount("lost", 3_600.0, 1, 700.0),
        JobCount("over", float("inf"), 1, 90_000.0),
        JobCount("running", 600.0, 2, 70.0),
    ]


def test_a_process_counts_what_has_happened_to_it() -> None:
    before = measure()
    counters.count("replay", "expired")
    counters.count("lease_takeover")
    counters.note_lock_wait(counters.WAITED_S / 2)
    counters.note_lock_wait(3.0)

    after = measure()

    assert after.replays["expired"] == before.replays.get("expired", 0) + 1
    assert after.lease_takeovers == before.lease_takeovers + 1
    assert after.lock_waits == before.lock_waits + 1
    assert after.lock_wait_s == before.lock_wait_s + 3.0


def test_metrics_are_text_that_prometheus_reads() -> None:
    measures = Measures(
        jobs=[JobCount("running", float("inf"), 2, 90_000.5)],
        pool=PoolUse(largest=10, open=3, idle=1),
        replays={"expired": 4},
    )

    lines = metrics_text(measures).splitlines()

    assert 'interactions_jobs{state="running",under_seconds="+Inf"} 2' in lines
    assert 'interactions_jobs_oldest_seconds{state="running"} 90000.5' in lines
    assert 'interactions_pool_connections{state="open"} 3' in lines
    assert 'interactions_replays_total{reason="expired"} 4' in lines
    line = re.compile(r'(# (HELP|TYPE) \w+ .+|\w+({\w+="[^"]*"(,\w+="[^"]*")*})? \S+)')
    assert all(line.fullmatch(one) for one in lines)
    assert metrics_text(None).splitlines()[-1] == "interactions_store_up 0"


@pytest.mark.parametrize("group", ["watch", "serve"])
def test_a_service_is_ready_until_it_is_told_to_end(
    group: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    commands: dict[str, Callable[[], Any]] = {
        "watch": lambda: running(jobs, "watch", "--create", "--health-port", "0"),
        "serve": lambda: running(
            webhook, "serve", "--create", "--audience", "a", "--port", "0"
        ),
    }
    with Emulator() as emulator:
        monkeypatch.setenv("GEMINI_API_KEY", "k")
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", emulator.url)
        monkeypatch.setenv("INTERACTIONS_SESSIONS", "sqlite:///state.db")
        monkeypatch.chdir(tmp_path)
        with commands[group]() as service:
            at = service.wait_for(" at http://").split()[-1]
            while fetch(f"{at}/readyz")[0] != 200:
                pass
            live, metrics = fetch(f"{at}/livez"), fetch(f"{at}/metrics")
            status = service.end()

    assert (live, status) == ((200, '{"live": true}'), 0)
    assert metrics[0] == 200
    assert "interactions_store_up 1\n" in metrics[1]


def test_jobs_are_counted_by_an_index_alone(postgres_url: str, tmp_path: Path) -> None:
    """Ours: nothing that grows with a store is read for it."""
    served = PostgresStore(postgres_url)
    with served.database.reading() as db:
        plan = db.execute(f"EXPLAIN {COUNT}".replace("$1", "1.0")).fetchall()
    served.close()
    filed = SqliteStore(tmp_path / "store.db")
    with filed.database.reading() as db:
        steps = db.execute(f"EXPLAIN QUERY PLAN {COUNT}", (1.0,)).fetchall()
    filed.close()

    assert "Index Only Scan using jobs_not_done" in str(plan)
    assert "COVERING INDEX jobs_not_done" in str(steps)

"""What OpenTelemetry is told of jobs and replays are the numbers of `/metrics`."""

import json
import random
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from interactions_core import MemoryStore, SessionStore, SqliteStore
from interactions_core.cli.root import interactions
from interactions_core.exceptions import StoreError
from interactions_core.process import counters
from interactions_core.services.measure_export import export_measures
from interactions_core.services.measures import measure
from interactions_core.services.monitoring.metrics import METRICS, STORE_UP
from interactions_core.services.monitoring.metrics_text import metrics_text
from interactions_core.services.monitoring.shared_answers import FRESH_S
from interactions_core.transcript.replies import visible_reply
from interactions_emulator import Emulator
from tests.conftest import Clock
from tests.contract.asking import said
from tests.contract.conftest import Connect
from tests.contract.session_records import make_job

pytest.importorskip("opentelemetry.sdk", reason="needs OpenTelemetry's SDK")

from interactions_core.tracing import instruments
from tests.spans import Told, told

Series = Mapping[tuple[str, tuple[tuple[str, str], ...]], float]
SEEDS = range(12)
STATES = (
    {"status": "intent", "interaction_id": ""},
    {"status": "lost", "interaction_id": ""},
    {"status": "in_progress", "interaction_id": "v1_a"},
    {"status": "completed", "interaction_id": "v1_a"},
    {"status": "completed", "interaction_id": "v1_a", "consumed_at": 1.0},
)
EVENTS: tuple[tuple[counters.Event, str], ...] = (
    ("lost_submit", ""),
    ("unrecorded_answer", ""),
    ("replay", "expired"),
    ("replay", "stateless"),
    ("lease_takeover", ""),
    ("pool_timeout", ""),
)


@pytest.fixture
def exported(monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    with told(monkeypatch) as found:
        yield found


def exported_series(found: Told) -> Series:
    """Return all numbers of ours, by the names that Prometheus makes of them.

    The rule of OpenTelemetry: dots become underscores, then the unit, unless it stands
    in braces, and `_total` for what only grows.
    """
    data = found.reader.get_metrics_data()
    series: dict[tuple[str, tuple[tuple[str, str], ...]], float] = {}
    for resource in data.resource_metrics if data else ():
        for scope in resource.scope_metrics:
            if scope.scope.name != "interactions_core.measures":
                continue
            for metric in scope.metrics:
                name = metric.name.replace(".", "_")
                name += {"s": "_seconds"}.get(metric.unit, "")
                assert metric.unit in {"s", ""} or metric.unit[0] == "{"
                name += "_total" if getattr(metric.data, "is_monotonic", False) else ""
                for point in metric.data.data_points:
                    labels = tuple(sorted((point.attributes or {}).items()))
                    series[name, labels] = getattr(point, "value")  # noqa: B009
    return series


def text_series(text: str) -> Series:
    """Read a page of `/metrics`."""
    series: dict[tuple[str, tuple[tuple[str, str], ...]], float] = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            name, number = line.rsplit(" ", 1)
            name, _, labels = name.partition("{")
            pairs = [each.split("=") for each in labels.rstrip("}").split(",") if each]
            key = tuple(sorted((label, value.strip('"')) for label, value in pairs))
            series[name, key] = float(number)
    return series


def test_names_kinds_and_units_are_these(exported: Told) -> None:
    with export_measures(MemoryStore()):
        data = exported.reader.get_metrics_data()

    assert data is not None
    [scope] = [
        scope
        for resource in data.resource_metrics
        for scope in resource.scope_metrics
        if scope.scope.name == "interactions_core.measures"
    ]
    assert {m.name: (type(m.data).__name__, m.unit) for m in scope.metrics} == {
        "interactions.store.up": ("Gauge", ""),
        "interactions.pool.connections": ("Sum", "{connection}"),
        "interactions.pool.waiting": ("Sum", "{caller}"),
        "interactions.pool.waits": ("Sum", "{wait}"),
        "interactions.pool.wait": ("Sum", "s"),
        "interactions.pool.timeouts": ("Sum", "{wait}"),
        "interactions.lock.waits": ("Sum", "{transaction}"),
        "interactions.lock.wait": ("Sum", "s"),
        "interactions.lost_submits": ("Sum", "{create}"),
        "interactions.unrecorded_answers": ("Sum", "{answer}"),
        "interactions.lease_takeovers": ("Sum", "{job}"),
        **_optional(scope),
    }
    kinds = {metric.name: metric.kind for metric in METRICS}
    for metric in scope.metrics:
        kind = kinds.get(metric.name.removeprefix("interactions."))
        assert getattr(metric.data, "is_monotonic", False) == (kind == "counter")


def _optional(scope: Any) -> dict[str, tuple[str, str]]:
    """Return what has points only where there are jobs or were replays."""
    some = {
        "interactions.jobs": ("Gauge", "{job}"),
        "interactions.jobs.oldest": ("Gauge", "s"),
        "interactions.replays": ("Sum", "{turn}"),
    }
    named = {metric.name for metric in scope.metrics}
    return {name: each for name, each in some.items() if name in named}


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SessionStore]:
    if request.param == "memory":
        yield MemoryStore()
        return
    with closing(SqliteStore(tmp_path / "sessions.db")) as opened:
        yield opened


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_happens_opentelemetry_is_told_what_metrics_say(
    seed: int,
    store: SessionStore,
    exported: Told,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chance = random.Random(seed)
    monkeypatch.setattr("interactions_core.services.measures.time.time", clock)
    for number in range(chance.randrange(20)):
        made_at = clock() - chance.choice([1, 61, 700, 4_000, 90_000])
        state: dict[str, Any] = dict(chance.choice(STATES))
        store.add_job(
            make_job(f"job_{number}", created_at=made_at, place=None, **state)
        )
    with export_measures(store, clock=clock) as export:
        for _ in range(chance.randrange(1, 4)):
            counters.count(*chance.choice(EVENTS))
            counters.note_lock_wait(chance.random())
            clock.advance(FRESH_S + 1)

            page = text_series(metrics_text(measure(store)))
            assert exported_series(exported) == pytest.approx(page)
        assert export.is_told


def test_replays_are_as_many_as_usage_counts_by_their_reason(
    exported: Told, connect: Connect, emulator: Emulator, tmp_path: Path, clock: Clock
) -> None:
    file = tmp_path / "sessions.db"
    store = SqliteStore(file)
    asker = connect("unary", store=store)
    with export_measures(store, clock=clock):
        before = _replays(exported)
        reply = asker.ask(asked := said("My name is Ada."))
        emulator.fault(on="create", do={"expire": True}, times=1)
        asker.ask(asked, *visible_reply(reply.steps), said("What is my name?"))
        asker.ask(asked, store=False)
        clock.advance(FRESH_S + 1)
        after = _replays(exported)
    asker.close()
    store.close()

    done = CliRunner().invoke(
        interactions,
        ["usage", "--sessions", f"sqlite:///{file}", "--by", "reason", "--json"],
    )

    rows = {row["key"]: row["turns"] for row in json.loads(done.stdout)["rows"]}
    found = {reason: after[reason] - before.get(reason, 0) for reason in after}
    assert {k: v for k, v in found.items() if v} == {
        reason: turns for reason, turns in rows.items() if reason != "root"
    }
    assert found["expired"] == 1


def test_a_list_that_is_changed_at_its_beginning_is_a_replay(connect: Connect) -> None:
    asker = connect("unary")
    first, changed = said("It is 14:56."), said("It is 15:00.")
    before = measure().replays.get("root", 0)
    reply = asker.ask(first)
    begun = measure().replays.get("root", 0)

    again = asker.ask(changed, *visible_reply(reply.steps), said("What is my name?"))

    asker.close()
    assert again.reason == "root"
    assert (begun - before, measure().replays["root"] - begun) == (0, 1)


def _replays(exported: Told) -> dict[str, float]:
    return {
        dict(labels)["reason"]: number
        for (name, labels), number in exported_series(exported).items()
        if name == "interactions_replays_total"
    }


class Away(MemoryStore):
    """A store that fails as the test says."""

    looks = 0
    is_away = True

    def count_jobs(self, now: float) -> Any:
        self.looks += 1
        if self.is_away:
            place = "x"
            raise StoreError(place, "it is away", "Wait.", retryable=True)
        return super().count_jobs(now)


def test_a_store_that_is_away_is_asked_once_and_said_to_be_down(
    exported: Told, clock: Clock
) -> None:
    store = Away()
    with export_measures(store, clock=clock):
        away = exported_series(exported)
        looks, store.is_away = store.looks, False
        clock.advance(FRESH_S + 1)
        back = exported_series(exported)

    assert away == {("interactions_store_up", ()): 0.0}
    assert looks == 1
    assert back["interactions_store_up", ()] == 1.0
    assert back == pytest.approx(text_series(metrics_text(measure(store))))


def test_without_a_store_only_what_happened_in_the_process_is_told(
    exported: Told,
) -> None:
    with export_measures():
        names = {name for name, _ in exported_series(exported)}

    assert "interactions_lost_submits_total" in names
    assert not [n for n in names if "_jobs" in n or "_pool" in n or "store_up" in n]


def test_what_is_closed_is_asked_no_more_and_another_store_takes_its_place(
    exported: Told, clock: Clock
) -> None:
    first, second = MemoryStore(), MemoryStore()
    second.add_job(make_job(place=None, status="in_progress", created_at=clock()))
    before = export_measures(first, clock=clock)
    after = export_measures(second, clock=clock)
    before.close()

    assert [n for n, _ in exported_series(exported) if n == "interactions_jobs"]
    after.close()
    assert exported_series(exported) == {}


PROGRAM = """
import sys
{setup}
from interactions_core import MemoryStore
from interactions_core.services.measure_export import export_measures

with export_measures(MemoryStore()) as export:
    print(export.is_told, "opentelemetry" in sys.modules)
"""


@pytest.mark.parametrize(
    ("setup", "printed"),
    [("", "False False"), ("import opentelemetry.metrics", "False True")],
    ids=["never imported", "never set up"],
)
def test_without_a_provider_nothing_is_imported_or_told(
    setup: str, printed: str
) -> None:
    program = PROGRAM.format(setup=setup)

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == printed


def test_names_of_metrics_are_those_that_prometheus_makes() -> None:
    names = [metric.prometheus_name for metric in (STORE_UP, *METRICS)]

    assert sorted(names) == sorted(
        line.split()[2]
        for line in metrics_text(measure(MemoryStore())).splitlines()
        if line.startswith("# TYPE")
    )
    assert len(set(names)) == len(names)


def test_a_watcher_tells_the_provider_of_its_process(
    exported: Told, emulator: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """In this process the reader is asked while the watcher still works."""
    seen: list[Series] = []
    monkeypatch.setenv("GEMINI_API_KEY", "any")
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", emulator.url)
    monkeypatch.setattr(
        "interactions_core.cli.jobs.watch._work",
        lambda *_, **__: seen.append(exported_series(exported)),
    )

    done = CliRunner().invoke(
        interactions,
        ["jobs", "watch", "--create", "--sessions", f"sqlite:///{tmp_path}/s.db"],
    )

    assert done.exit_code == 0
    assert seen[0]["interactions_store_up", ()] == 1.0
    assert exported_series(exported) == {}


def test_what_could_not_be_made_at_first_is_made_by_the_next_call(
    exported: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ours: each instrument once, since an SDK asks for one of a name once."""
    store, asked = MemoryStore(), list[str]()

    def fail_at_the_third(scope: str, release: str) -> Any:
        asked.append(scope)
        if len(asked) == 3:
            raise OSError
        return exported.meters.get_meter(scope, release)

    monkeypatch.setattr(instruments, "get_meter", fail_at_the_third)
    with pytest.raises(OSError):  # noqa: PT011  whatever the provider raises
        export_measures(store)
    with export_measures(store):
        found = exported_series(exported)

    assert found == pytest.approx(text_series(metrics_text(measure(store))))
    assert len(asked) == len((STORE_UP, *METRICS)) + 1

"""The queries of the page about queries: their names exist, their answers are right."""

import random
import re
import shutil
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, get_args

import psycopg
import pytest
from psycopg.rows import dict_row

from interactions_core import MemoryStore
from interactions_core.process import counters
from interactions_core.records.interactions import LedgerEntry, Reason, Scope
from interactions_core.records.jobs.job_standing import trouble_of
from interactions_core.records.jobs.measures import State
from interactions_core.services.measures import measure
from interactions_core.services.monitoring.metrics_text import metrics_text
from interactions_core.stores import SessionStore, open_store
from interactions_core.turns.keeping.recording import REPLAYS
from tests.contract.session_records import make_job
from tests.docs.pages import ROOT, blocks_of
from tests.docs.random_store import DAY_S, NOW, fill

PAGE: Final = ROOT / "docs" / "queries.md"
EXPRESSIONS: Final = [block.text.strip() for block in blocks_of(PAGE, "promql")]
SQL: Final = dict(
    re.findall(
        r"^`(\w+)`, [^\n]*\n\n```sql\n(.*?)^```",
        PAGE.read_text(encoding="utf-8"),
        re.MULTILINE | re.DOTALL,
    )
)
SEEDS: Final = (1, 2, 3)

_SERIES: Final = re.compile(r"\b((?:interactions|gen_ai)_\w+)(?:\{([^}]*)\})?")
_MATCHER: Final = re.compile(r'(\w+)(=~|=)"([^"]*)"')
_BY: Final = re.compile(r"\bby \(([^)]*)\)")

TOKENS: Final = "gen_ai_client_token_usage_sum"
"""Of the conventions' histogram, as Prometheus calls its sum."""

Row = dict[str, Any]


def printed_labels() -> Mapping[str, set[str]]:
    """Return the labels of each metric of a page where everything has happened."""
    store = MemoryStore()
    store.add_job(make_job(place=None, status="in_progress"))
    counters.count("replay", "expired")
    found: dict[str, set[str]] = {}
    for line in metrics_text(measure(store)).splitlines():
        if not line.startswith("#"):
            name, _, labels = line.rsplit(" ", 1)[0].partition("{")
            found.setdefault(name, set()).update(re.findall(r"(\w+)=", labels))
    return found


def values_of(label: str, expression: str) -> set[str]:
    """Return the values that an expression asks of a label."""
    return {
        value.replace("\\\\", "")
        for _, matchers in _SERIES.findall(expression)
        for name, _, wanted in _MATCHER.findall(matchers)
        if name == label
        for value in wanted.split("|")
    }


def test_each_expression_reads_what_metrics_print() -> None:
    printed = printed_labels() | {TOKENS: {"gen_ai_request_model", "gen_ai_token_type"}}

    for expression in EXPRESSIONS:
        names = {name for name, _ in _SERIES.findall(_BY.sub("", expression))}
        assert names, expression
        assert names <= printed.keys(), expression
        labels = {label for name in names for label in printed[name]}
        grouped = {one for by in _BY.findall(expression) for one in by.split(", ")}
        matched = {
            label
            for _, matchers in _SERIES.findall(expression)
            for label, *_ in _MATCHER.findall(matchers)
        }
        assert grouped | matched <= labels, expression
    assert len(EXPRESSIONS) > 8


def test_each_value_of_a_label_is_one_that_there_is() -> None:
    asked = "\n".join(EXPRESSIONS)

    assert values_of("state", asked) <= set(get_args(State))
    assert values_of("reason", asked) <= set(REPLAYS)
    assert values_of("under_seconds", asked) == {"86400", "+Inf"}


def test_what_only_grows_is_asked_for_its_increase() -> None:
    for expression in EXPRESSIONS:
        for total in re.finditer(r"\w+_total", expression):
            assert expression[: total.start()].endswith("increase("), expression


def test_the_tokens_of_turns_have_these_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """OpenTelemetry: dots become underscores, a unit in braces goes."""
    pytest.importorskip("opentelemetry.util.genai", reason="needs the extra otel")
    from interactions_emulator import Emulator  # noqa: PLC0415
    from tests.contract.asking import Asker, Connection, said  # noqa: PLC0415
    from tests.spans import told  # noqa: PLC0415

    with Emulator() as emulator, told(monkeypatch) as found:
        connection = Connection(base_url=emulator.url, api_key="any")
        asker = Asker("unary", connection, MemoryStore(), lambda: NOW, lambda _: None)
        asker.ask(said("Hi."))
        asker.close()
        points = found.points("gen_ai.client.token.usage")

    assert points
    assert all(
        {"gen_ai.request.model", "gen_ai.token.type"} <= attributes.keys()
        for attributes, _ in points
    )


def test_promtool_takes_each_expression(tmp_path: Path) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("needs promtool, of Debian's package prometheus")
    rules = [
        f"  - record: r{number}\n    expr: |\n"
        + "\n".join(f"      {line}" for line in expression.splitlines())
        for number, expression in enumerate(EXPRESSIONS)
    ]
    file = tmp_path / "rules.yml"
    file.write_text("\n".join(["groups:", "- name: a", "  rules:", *rules, ""]))

    done = subprocess.run(
        [promtool, "check", "rules", str(file)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert f"{len(EXPRESSIONS)} rules found" in done.stdout


# The SQL


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'random.db'}"


@pytest.fixture(params=SEEDS)
def store(request: pytest.FixtureRequest, url: str) -> Iterator[SessionStore]:
    with closing(open_store(url)) as opened:
        fill(opened, random.Random(request.param))
        yield opened


@pytest.fixture
def ask(url: str, store: SessionStore) -> Callable[[str], list[Row]]:
    """Ask as the page says, by the same text in both databases."""
    assert store

    def asked(name: str) -> list[Row]:
        found = (on_file if url.startswith("sqlite") else on_server)(url, SQL[name])
        return [
            {k: float(v) if isinstance(v, Decimal) else v for k, v in row.items()}
            for row in found
        ]

    return asked


def on_file(url: str, query: str) -> list[Row]:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(query, {"now": NOW})]


def on_server(url: str, query: str) -> list[Row]:
    server, _, schema = url.partition("schema=")
    with psycopg.connect(server.rstrip("?&"), row_factory=dict_row) as connection:
        connection.execute(f'SET search_path = "{schema}"'.encode())
        # As psql puts in what was `\set`.
        written = query.replace(":now", f"extract(epoch FROM to_timestamp({NOW}))")
        return connection.execute(written.encode()).fetchall()


def since(store: SessionStore, days: float) -> list[tuple[Scope, LedgerEntry]]:
    return [
        (scope, entry)
        for scope, entry in store.ledger()
        if entry.created_at > NOW - days * DAY_S
    ]


def is_replay(entry: LedgerEntry) -> bool:
    return entry.reason in REPLAYS or (entry.reason == "root" and entry.sent_again)


def test_replays_are_those_of_the_ledger(
    ask: Callable[[str], list[Row]], store: SessionStore
) -> None:
    expected = Counter(
        (scope.session_id, entry.reason)
        for scope, entry in since(store, 1)
        if is_replay(entry)
    )

    found = ask("replays")

    assert {(r["session_id"], r["reason"]): r["turns"] for r in found} == expected
    assert [r["turns"] for r in found] == sorted(expected.values(), reverse=True)
    assert sum(r["bytes_sent"] for r in found) == sum(
        e.bytes_sent for _, e in since(store, 1) if is_replay(e)
    )


def test_the_replays_of_the_page_are_all_that_there_are() -> None:
    [words] = re.findall(r"reason IN \(([^)]*)\)", SQL["replays"])

    assert {word.strip(" '") for word in words.split(",")} == set(REPLAYS)
    assert set(REPLAYS) < set(get_args(Reason))


def test_stuck_jobs_are_those_that_nobody_holds_and_those_in_trouble(
    ask: Callable[[str], list[Row]], store: SessionStore
) -> None:
    expected = {
        job.key: (
            *(job.status, trouble_of(job, NOW)),
            *(int(job.deadline_at < NOW), round(NOW - job.created_at)),
        )
        for job in store.list_jobs()
        if not (job.consumed_at or job.handed_on_at)
        if job.lease_until <= NOW or trouble_of(job, NOW)
    }

    found = ask("stuck_jobs")

    assert {
        r["job"]: (r["status"], r["trouble"], r["is_late"], round(r["age_s"]))
        for r in found
    } == (expected)
    assert expected
    ages = [r["age_s"] for r in found]
    assert ages == sorted(ages, reverse=True)


def test_cost_by_tenant_is_that_of_the_store(
    ask: Callable[[str], list[Row]], store: SessionStore
) -> None:
    found = {row["session_id"]: row for row in ask("cost_by_tenant")}

    costs = store.cost("session", since=NOW - 30 * DAY_S).rows
    assert found.keys() == costs.keys()
    for session, cost in costs.items():
        row = found[session]
        assert (row["turns"], row["turns_without_price"]) == (cost.turns, cost.unpriced)
        assert row["tokens"] == cost.usage.total_tokens
        assert row["usd"] == pytest.approx(cost.picousd / 1e12, abs=1e-6)


def test_lost_submits_are_those_without_an_answer_and_those_before_one(
    ask: Callable[[str], list[Row]], store: SessionStore
) -> None:
    later = [entry for _, entry in since(store, 7) if entry.maybe_billed]
    found = ask("lost_submits")

    answered = [row for row in found if row["what"] == "answered later"]
    assert Counter(r["creates"] for r in answered) == Counter(
        entry.maybe_billed for entry in later
    )
    noted = [row for row in found if row["what"] != "answered later"]
    assert sum(row["creates"] for row in noted) == sum(
        lost.creates for _, lost in store.list_unanswered() if lost.at > NOW - 7 * DAY_S
    )
    assert noted
    assert answered
    times = [row["at"] for row in found]
    assert times == sorted(times, reverse=True)

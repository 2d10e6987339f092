"""The queries for Datasette and psql answer what the store's own methods do."""

import random
import re
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
import yaml
from psycopg.rows import dict_row

from interactions_core.protocol.agents import DEEP_RESEARCH
from interactions_core.records.costs import Costs
from interactions_core.records.interactions import InteractionRecord, Scope
from interactions_core.records.jobs.job import RUNNING
from interactions_core.records.jobs.job_standing import FAILING_S, trouble_of
from interactions_core.stores import SessionStore, open_store
from interactions_core.stores.sql.store import SqlStore
from tests.docs.data_page import PAGE, read_page
from tests.docs.pages import ROOT, blocks_of, rows_of
from tests.docs.random_store import DAY_S, NOW, fill
from tests.docs.test_queries import SQL
from tests.postgres import find_binaries

METADATA: Final = ROOT / "examples" / "datasette" / "metadata.yaml"
PSQL: Final = dict(
    re.findall(
        r"^`(\w+)`:\n\n```sql\n(.*?)^```",
        PAGE.read_text(encoding="utf-8"),
        re.MULTILINE | re.DOTALL,
    )
)
CANNED: Final = {
    name: query["sql"]
    for name, query in yaml.safe_load(METADATA.read_text(encoding="utf-8"))[
        "databases"
    ]["copy"]["queries"].items()
}
SEEDS: Final = (1, 2, 3)

LEFT_OVER: Final = """INSERT INTO charges (entry, place, thread_id, key, job, sent_again,
interaction_id, model, tier, asked_at, given_up, tools, modalities, picousd, prices,
unpriced) SELECT number, 99, thread_id, 'deleted', '', 1, '', '', '', 0, 0, 'null', '{}',
1000000000000, '', '' FROM ledger"""
"""What an older release leaves of entries whose numbers are given again."""

Row = dict[str, Any]
Ask = Callable[[str], list[Row]]


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'random.db'}"


@pytest.fixture
def store(url: str) -> Iterator[SessionStore]:
    opened = open_store(url)
    yield opened
    opened.close()


@pytest.fixture(params=SEEDS)
def records(
    request: pytest.FixtureRequest, store: SessionStore
) -> list[InteractionRecord]:
    records = fill(store, random.Random(request.param))
    assert isinstance(store, SqlStore)
    with store.database.writing() as db:
        db.execute(LEFT_OVER)
    return records


@pytest.fixture
def ask(url: str, records: list[InteractionRecord]) -> Ask:
    assert records
    return lambda name: [
        {column: readable(value) for column, value in row.items()}
        for row in (on_file if url.startswith("sqlite") else on_server)(url, name)
    ]


def on_file(url: str, name: str) -> list[Row]:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        connection.row_factory = sqlite3.Row
        # Datasette fills this in by itself.
        found = connection.execute(CANNED[name], {"_now_epoch": NOW})
        return [dict(row) for row in found]


def on_server(url: str, name: str) -> list[Row]:
    server, _, schema = url.partition("schema=")
    with psycopg.connect(server.rstrip("?&"), row_factory=dict_row) as connection:
        connection.execute(f'SET search_path = "{schema}"'.encode())
        query = PSQL[name].replace(":now", str(NOW))
        return connection.execute(query.encode()).fetchall()


def readable(value: object) -> object:
    """Write times and sums as SQLite does."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    return value


def usd_of(picousd: int, *, is_known: bool) -> object:
    return pytest.approx(picousd / 1e12, abs=1e-6) if is_known else None


def costs_row(costs: Costs) -> Row:
    return {
        "turns": costs.turns,
        "tokens": costs.usage.total_tokens,
        "usd": usd_of(costs.picousd, is_known=costs.usd is not None),
        "turns_without_price": costs.unpriced,
    }


def test_cost_by_day_is_that_of_the_store(ask: Ask, store: SessionStore) -> None:
    found = ask("cost_by_day")

    days = {d: c for d, c in store.cost("day").rows.items() if c.turns}
    assert found == [
        {"day": day}
        | costs_row(costs)
        | {
            "turns_sent_again": costs.sent_again,
            "usd_sent_again": usd_of(
                costs.again_picousd, is_known=costs.again_picousd > 0
            ),
        }
        for day, costs in days.items()
    ]


def test_replays_by_reason_are_those_of_the_store(
    ask: Ask, store: SessionStore
) -> None:
    found = ask("replays_by_reason")

    reasons = store.cost("reason").rows.items()
    assert {row["reason"]: (row["turns"], row["usd"]) for row in found} == {
        reason: (
            costs.sent_again,
            usd_of(costs.again_picousd, is_known=costs.again_picousd > 0),
        )
        for reason, costs in reasons
        if costs.sent_again
    }
    again = [entry for _, entry in store.ledger() if entry.sent_again]
    assert sum(row["bytes_sent"] for row in found) == sum(e.bytes_sent for e in again)
    assert sum(row["turns_without_price"] for row in found) == sum(
        entry.picousd is None for entry in again
    )


def test_dearest_threads_come_first(ask: Ask, store: SessionStore) -> None:
    found = ask("dearest_threads")

    costs = [row["usd"] or 0 for row in found]
    assert costs == sorted(costs, reverse=True)
    for row in found:
        session, thread = row["session_id"], row["thread_id"]
        own = store.cost("thread", session_id=session).rows[thread]
        assert {name: row[name] for name in costs_row(own)} == costs_row(own)
    assert len(found) == min(
        20, len({(s.session_id, s.thread_id) for s, _ in store.ledger()})
    )


def test_stuck_jobs_are_those_that_nobody_holds_and_those_in_trouble(
    ask: Ask, store: SessionStore
) -> None:
    found = ask("stuck_jobs")

    assert [(row["job"], row["trouble"], bool(row["is_late"])) for row in found] == [
        (job.key, trouble_of(job, NOW), job.deadline_at < NOW)
        for job in store.list_jobs()
        if not job.handed_on_at and not job.consumed_at
        if job.is_free(NOW) or trouble_of(job, NOW)
    ]
    assert {row["trouble"] for row in found} == {"", "unknown", "unread", "late"}
    assert {"job_900", "job_901", "job_902", "job_903"} < {r["job"] for r in found}


@pytest.mark.parametrize(
    "query", [CANNED["stuck_jobs"], PSQL["stuck_jobs"], SQL["stuck_jobs"]]
)
def test_stuck_jobs_know_all_statuses_of_a_run_that_goes_on(query: str) -> None:
    [words] = re.findall(r"status NOT IN \(([^)]*)\)", query)

    assert {word.strip(" '") for word in words.split(",")} == {*RUNNING}
    assert f"> {FAILING_S:.0f}" in query
    assert f"+ {DEEP_RESEARCH.longest_s:.0f}" in query
    begin = f"agent:{DEEP_RESEARCH.name}-"
    assert f"substr(target, 1, {len(begin)}) = '{begin}'" in query


def test_expiring_threads_are_those_whose_newest_record_ends_within_a_week(
    ask: Ask, store: SessionStore, records: list[InteractionRecord]
) -> None:
    newest: dict[Scope, InteractionRecord] = {}
    for record in sorted(records, key=lambda record: record.created_at):
        newest[record.scope] = record
    read = [store.get(scope, record.key) for scope, record in newest.items()]

    found = ask("expiring_threads")

    assert {row["key"]: row["hours_left"] for row in found} == {
        each.key: pytest.approx((each.ends_at - NOW) / 3600, abs=0.06)
        for each in read
        if each is not None
        and each.scope.thread_id
        and (each.stored and not each.gone)
        and NOW < each.ends_at <= NOW + 7 * DAY_S
    }


def test_lost_submits_are_all_that_may_have_been_billed(
    ask: Ask, store: SessionStore
) -> None:
    found = ask("lost_submits")

    assert sum(row["creates"] for row in found) == store.cost().total.maybe_billed
    assert Counter(row["what"] for row in found) == Counter(
        [lost.what for _, lost in store.list_unanswered()]
        + ["answered later" for _, entry in store.ledger() if entry.maybe_billed]
    )
    assert [row["noted"] for row in found] == sorted(
        (row["noted"] for row in found), reverse=True
    )


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_the_newest_turns_come_with_what_they_cost(
    ask: Ask, store: SessionStore
) -> None:
    found = ask("turns")

    assert [(row["key"], bool(row["is_cost_unknown"])) for row in found] == [
        (entry.key, entry.picousd is None) for _, entry in reversed(store.ledger())
    ]


def test_the_page_lists_the_canned_queries_and_has_all_but_one_for_psql() -> None:
    assert {f"`{name}`" for name in CANNED} == {*rows_of(PAGE, "query")}
    assert {*PSQL} == {*CANNED} - {"turns"}


@pytest.mark.parametrize("name", CANNED)
def test_a_query_rests_on_stable_columns_alone(name: str) -> None:
    inner = {
        column
        for columns in read_page().values()
        for column, said in columns.items()
        if "inner" in said.readers
    }
    stable = {
        column
        for columns in read_page().values()
        for column, said in columns.items()
        if "stable" in said.readers
    }

    for text in (CANNED[name], PSQL.get(name, "")):
        assert not {*re.findall(r"\w+", text)} & (inner - stable)


@pytest.mark.parametrize("url", ["postgres"], indirect=True)
def test_psql_takes_the_page_word_for_word(
    url: str, records: list[InteractionRecord]
) -> None:
    binaries = find_binaries()
    if binaries is None:
        pytest.skip("there is no psql")
    server, _, schema = url.partition("schema=")
    [block] = [b for b in blocks_of(PAGE, "") if b.text.startswith("\\set now")]
    begin = block.text.replace(
        "search_path = interactions", f'search_path = "{schema}"'
    )

    done = subprocess.run(
        [binaries / "psql", "-X", "-v", "ON_ERROR_STOP=1", server.rstrip("?&")],
        input=begin + "".join(PSQL.values()),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count(" row") >= len(PSQL)
    assert records

"""`interactions usage --budgets`: how budgets stand, and whose they are."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from interactions_core import SqliteStore
from interactions_core.cli.usage import usage
from interactions_core.process.owners import process_id
from interactions_core.records.interactions import LedgerEntry, Scope
from interactions_core.records.spending.budgets import (
    Amount,
    Budget,
    Reservation,
    budget_name,
)
from interactions_core.usage import Usage
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions
from tests.contract.session_records import make_record
from tests.schemas import check

SCOPE = Scope("gemini|host|0123456789abcdef", "acme", "trip-kyoto")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SqliteStore:
    monkeypatch.setenv("INTERACTIONS_SESSIONS", f"sqlite:///{tmp_path}/state.db")
    return SqliteStore(tmp_path / "state.db")


def run(*arguments: str) -> Result:
    runner = CliRunner(env={"COLUMNS": "160"})
    return runner.invoke(usage, ["--budgets", *arguments], catch_exceptions=False)


def rows() -> list[dict[str, Any]]:
    found = json.loads(run("--json").stdout)
    check("usage_budgets", found)
    return found["budgets"]


def ask_once(store: SqliteStore) -> None:
    entry = LedgerEntry(
        key="v1_a",
        target="model:m",
        reason="root",
        status="completed",
        usage=Usage(),
        created_at=time.time(),
    )
    store.put(make_record(entry.key, scope=SCOPE), entry)


def held(name: str, **changes: Any) -> Reservation:
    usual: dict[str, Any] = {
        "key": "call",
        "amount": Amount(2 * 10**11, 66_000),
        "holder": process_id(),
        "lease_until": time.time() + 3_600,
    }
    return Reservation(budget=name, **usual | changes)


def test_each_kind_of_budget_is_told_with_its_owner_and_its_next_beginning(
    store: SqliteStore,
) -> None:
    ask_once(store)
    for per in ("session", "thread", "day"):
        name = budget_name(Budget(per=per), SCOPE, time.time())
        store.settle("", name, Amount(10**11, 5_000))
    store.settle("", "0123456789", Amount(0, 1))

    found = {row["per"]: row for row in rows()}

    assert found["session"]["session_id"] == "acme"
    assert found["thread"]["thread_id"] == "trip-kyoto"
    assert found["day"]["thread_id"] is found["day"]["session_id"] is None
    begins_at = datetime.fromtimestamp(found["day"]["begins_at"], UTC)
    assert (begins_at.hour, begins_at.minute) == (0, 0)
    assert found["session"]["begins_at"] is None
    assert found["session"]["spent"] == {"usd": "0.1", "tokens": 5_000}
    assert found[None]["name"] == "0123456789"
    lines = run().stdout.splitlines()
    assert lines[0].split() == [
        *("BUDGET", "OF", "PER", "SPENT", "TOKENS", "PUT", "ASIDE", "TOKENS"),
        *("CALLS", "BEGINS", "ANEW", "BY"),
    ]
    assert any(
        line.split()[:4] == ["acme", "session", "$0.100", "5.0k"] for line in lines
    )
    assert any(line.startswith("(not known) 01234567") for line in lines)


def test_what_is_put_aside_is_told_with_who_has_it_but_not_what_is_over(
    store: SqliteStore,
) -> None:
    ask_once(store)
    name = budget_name(Budget(), SCOPE, 0.0)
    store.reserve(held(name), Budget(), now=0.0)
    store.reserve(held(name, key="over", lease_until=1.0), Budget(), now=0.0)

    [row] = rows()

    assert (row["calls"], row["put_aside"]) == (1, {"usd": "0.2", "tokens": 66_000})
    assert [each["holder"] for each in row["held"]] == [process_id()]
    assert process_id() in run().stdout


def test_a_call_that_an_adapter_has_made_is_found(
    store: SqliteStore, emulator: Emulator
) -> None:
    model = ChatInteractions(
        model="gemini-3.5-flash",
        api_key="k",
        base_url=emulator.url,
        sessions=store.url,
        session_id="acme",
        budget={"max_total_tokens": 90_000, "per": "day"},
    )

    model.invoke("Hello.")

    [row] = rows()
    assert (row["per"], row["calls"]) == ("day", 0)
    assert row["spent"]["tokens"] == store.usage().total_tokens > 0


def test_a_store_without_budgets_says_so(store: SqliteStore) -> None:
    ask_once(store)

    assert run().stdout == "no budgets\n"
    assert rows() == []


def test_options_about_turns_are_refused(store: SqliteStore) -> None:
    ask_once(store)

    done = run("--since", "7d")

    assert done.exit_code == 2
    assert "--since is about turns" in done.stderr

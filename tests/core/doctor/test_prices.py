"""What is told of prices: whose they are, who has none, and what changes soon."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from interactions_core import SqliteStore
from interactions_core.client.client import InteractionsClient
from interactions_core.doctor import Check, examine
from interactions_core.exceptions import InteractionsError
from interactions_emulator import Emulator
from tests.contract.session_records import make_entry, make_record
from tests.core.doctor.looking import levels, look, run, turn

AT = datetime(2026, 11, 29, tzinfo=UTC).timestamp()


@pytest.fixture(autouse=True)
def own(environment: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have prices of two models, of which one doubles in January, and of one agent."""
    flat: dict[str, Any] = {"input": 1, "output": 2}
    lines = [
        flat | {"model": "known"},
        flat | {"agent": "researcher"},
        flat | {"model": "dearer"},
        {"model": "dearer", "input": 2, "output": 4, "from": "2027-01-01"},
    ]
    # Nobody else has a price of what is asked here.
    path = environment / "prices.json"
    path.write_text(json.dumps({"name": "our contract", "prices": lines}))
    monkeypatch.setenv("INTERACTIONS_PRICES", str(path))
    return path


def pay(store: SqliteStore, *targets: str) -> None:
    for number, target in enumerate(targets):
        entry = make_entry(f"v1_{number}")
        store.put(make_record(entry.key), replace(entry, target=target))


def prices_in(store: SqliteStore) -> list[Check]:
    checks = examine(store.url, offline=True, clock=lambda: AT)
    return [check for check in checks if check.name == "prices"]


def test_what_has_no_price_and_what_will_cost_more_is_named(
    store: SqliteStore,
) -> None:
    pay(store, "model:known", "model:dearer", "agent:researcher", "model:neon-9")

    known, missing, dearer, kept = prices_in(store)

    assert (known.level, known.text) == ("ok", "our contract, 3 of 4 models known")
    assert (missing.level, missing.text) == ("warn", "no price: neon-9")
    assert dearer.level == "warn"
    assert dearer.text == "dearer doubles on 1 January 2027"
    assert kept.level == "ok"
    assert "interactions usage --reprice shows what it comes to" in kept.text


def test_where_all_have_a_price_nothing_else_is_said(
    store: SqliteStore,
) -> None:
    pay(store, "model:known", "agent:researcher")

    known, kept = prices_in(store)

    assert known.text == "our contract, 2 of 2 models known"
    assert kept.text.startswith("2 turns have no price")


def test_prices_without_a_store_are_named() -> None:
    found = look("--offline")

    assert found["prices"]["text"] == "our contract"
    assert "prices" not in levels(found)


def test_a_file_of_prices_that_cannot_be_read_fails(own: Path) -> None:
    own.write_text("cheap")

    found = look("--offline")

    assert levels(found) == {"prices": "fail"}
    assert "cannot be read" in found["prices"]["text"]


def test_a_lost_create_names_its_thread_so_that_no_terminal_obeys_it(
    store: SqliteStore, client: InteractionsClient, emulator: Emulator
) -> None:
    emulator.fault(on="create", do={"close": "after"})
    with pytest.raises(InteractionsError):
        client.suspend(turn(background=True, thread_id="patents\x1b[2J"), store)
    key = store.list_jobs()[0].key

    done = run("--sessions", store.url, "--offline")

    assert f"{key} (patents\\x1b[2J)" in " ".join(done.stdout.split())
    assert "\x1b[2J" not in done.stdout

"""`--reprice` means the same wherever it is taken, and writes nothing."""

import json
import sqlite3
import time
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from interactions_core import SqliteStore, open_store
from interactions_core.cli.root import interactions
from tests.core.looking import NOW, fill
from tests.schemas import check

FLAT = {"name": "flat", "prices": [{"model": "*", "input": 1, "output": 2}]}
"""In USD for a million tokens."""

REPORTED = """UPDATE charges SET tools = '{}', (input_tokens, cached_tokens,
output_tokens, thought_tokens, tool_use_tokens, total_tokens) = (
SELECT input_tokens, cached_tokens, output_tokens, thought_tokens, tool_use_tokens,
total_tokens FROM ledger WHERE ledger.number = charges.entry)"""
"""Lets each charge have the tokens of its turn."""

NAMES = ("trip-kyoto", "support-7731", "contract-review")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(time, "time", lambda: NOW)
    monkeypatch.setenv("INTERACTIONS_SESSIONS", "sqlite:///state.db")
    monkeypatch.setenv("INTERACTIONS_PRICES", "flat.json")
    Path("flat.json").write_text(json.dumps(FLAT))
    store = SqliteStore("state.db")
    fill(store)
    store.close()
    with closing(sqlite3.connect("state.db")) as connection:
        connection.execute(REPORTED)
        connection.commit()


def run(*arguments: str, columns: int = 100) -> Result:
    return CliRunner(env={"COLUMNS": str(columns)}).invoke(interactions, arguments)


def told(*arguments: str) -> Any:
    done = run(*arguments, "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    check("_".join(each for each in arguments[:2] if each in WORDS), found)
    return found


WORDS = {"sessions", "show", "tree", "explain", "usage"}


@pytest.mark.parametrize("name", NAMES)
def test_a_conversation_costs_what_usage_says_anew(name: str) -> None:
    usage = told("usage", "--thread", name, "--reprice")["total"]["cost"]
    shown = told("sessions", "show", name, "--all", "--reprice")
    drawn = told("sessions", "tree", name, "--reprice")

    assert Decimal(usage["usd"]) > 0
    assert shown["session"]["cost"] == drawn["session"]["cost"] == usage
    costs = [turn["cost"] for turn in shown["turns"]]
    assert costs == [node["cost"] for node in drawn["nodes"]]
    assert sum(Decimal(each["usd"]) for each in costs) == Decimal(usage["usd"])
    assert {version for each in costs for version in each["prices"]} == {"flat"}
    [newest] = [t["cost"] for t in shown["turns"] if t["id"] == shown["head"]]
    explained = told("explain", shown["head"], "--reprice")
    assert Decimal(explained["turn"]["cost"]["usd"]) == Decimal(newest["usd"])
    assert explained["turn"]["cost"]["prices"] == ["flat"]


def test_nothing_is_written_for_it() -> None:
    store = open_store("sqlite:///state.db")
    before = store.ledger()

    for command in (("sessions", "show"), ("sessions", "tree"), ("explain",)):
        anew, kept = (told(*command, "trip-kyoto", *more) for more in (["--reprice"], []))  # fmt: skip
        assert anew != kept
        assert "flat 1" in json.dumps(kept)

    assert store.ledger() == before
    store.close()


@pytest.mark.parametrize("columns", [100, 160])
def test_a_screen_says_by_what_it_was_priced(columns: int) -> None:
    note = "\npriced anew by flat; nothing was written\n"
    for command in ("show", "tree"):
        done = run("sessions", command, "trip-kyoto", "--reprice", columns=columns)
        kept = run("sessions", command, "trip-kyoto", columns=columns)

        assert done.stdout.endswith(note)
        assert "$0.019" in done.stdout.splitlines()[0]
        assert "no price" not in done.stdout
        assert note not in kept.stdout
        assert ">= $0.014" in kept.stdout.splitlines()[0]
        assert max(map(len, done.stdout.splitlines())) <= columns
    explained = run("explain", "trip-kyoto", "--reprice", columns=columns).stdout
    assert "cost        $0.0052" in explained
    assert "prices: flat\n" in explained


@pytest.mark.parametrize(
    "command", [("sessions", "show"), ("sessions", "tree"), ("explain",), ("usage",)]
)
def test_prices_that_cannot_be_read_are_an_error_of_the_command_line(
    command: tuple[str, ...],
) -> None:
    Path("flat.json").write_text("no prices")

    done = run(*command, "--reprice")

    assert done.exit_code == 2
    assert "flat.json" in done.stderr


def test_a_page_is_of_what_was_written() -> None:
    done = run("sessions", "show", "--html", "page.html", "--reprice")

    assert done.exit_code == 2
    assert "--reprice is not for a page" in done.stderr
    assert not Path("page.html").exists()

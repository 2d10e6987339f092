"""What commands count is what the store counts, in a table and in JSON, in any store."""

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from interactions_core import open_store
from interactions_core.cli.root import interactions
from tests.core.random_store import fill_randomly
from tests.schemas import check


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path}/state.db"


def run(url: str, *arguments: str) -> str:
    runner = CliRunner()
    done = runner.invoke(
        interactions, [*arguments[:2], "--sessions", url, *arguments[2:]]
    )
    assert done.exit_code == 0, done.output
    return done.stdout


def rows_of(table: str) -> Iterator[tuple[str, str]]:
    """Yield turns and turns that were sent again, as the table says."""
    head, *lines = table.partition("\n\n")[0].split("\n")
    turns, again = (re.search(f" *{word}", head) for word in ("TURNS", "AGAIN"))
    assert turns is not None
    assert again is not None
    for line in lines:
        yield line[slice(*turns.span())].strip(), line[slice(*again.span())].strip()


def added(sessions: list[dict[str, Any]], key: str) -> int:
    return sum(each[key] for each in sessions)


def test_counts_are_equal_in_store_table_and_json(url: str) -> None:
    seed = random.randrange(10**6)
    store = open_store(url)
    fill_randomly(store, random.Random(seed))
    whole = store.cost().total
    told = json.loads(run(url, "sessions", "list", "--json"))
    store.close()

    check("sessions_list", told)
    listed = told["sessions"]
    assert added(listed, "turns") == told["total"]["turns"] == whole.turns, seed
    assert added(listed, "sent_again") == whole.sent_again, seed
    assert added(listed, "bytes_sent") == whole.bytes_sent, seed
    unpriced = sum(each["cost"]["unpriced_turns"] for each in listed)
    assert unpriced == told["total"]["cost"]["unpriced_turns"] == whole.unpriced, seed
    table = click.unstyle(run(url, "sessions", "list", "-n", "100"))
    for each, (turns, again) in zip(listed, rows_of(table), strict=True):
        assert turns == str(each["turns"] or "-"), seed
        assert again == str(each["sent_again"] or "-"), seed
    for each in listed:
        check_session(url, each, seed)


def check_session(url: str, told: dict[str, Any], seed: int) -> None:
    """The turns of a conversation, shown or drawn, are those that the list counts."""
    name, tenant = told["id"], told["session_id"]
    options = ["--tenant", tenant] if tenant else []
    shown = json.loads(run(url, "sessions", "show", name, "--all", "--json", *options))
    drawn = json.loads(run(url, "sessions", "tree", name, "--json", *options))
    check("sessions_show", shown)
    check("sessions_tree", drawn)
    assert shown["session"] == drawn["session"] == told, seed
    ids = [turn["id"] for turn in shown["turns"]]
    assert ids == [node["id"] for node in drawn["nodes"]], seed
    assert len(ids) == told["records"], seed
    assert sum(turn["bytes_sent"] for turn in shown["turns"]) == told["bytes_sent"]
    assert sum(turn["sent_again"] for turn in shown["turns"]) == told["sent_again"]
    text = run(url, "sessions", "tree", name, "--all", *options)
    assert len(text.partition("\n\n")[0].splitlines()) == 1 + len(ids), seed

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

from interactions_core import SessionStore, open_store
from interactions_core.cli.root import interactions
from tests.core.looking import NOW, Thread
from tests.schemas import check

REASONS = ["root", "continue", "continue", "fork", "retry", "expired", "foreign"]


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


def write(store: SessionStore, dice: random.Random) -> None:
    """Record turns, some without a price, some sent again, some in no thread."""
    for number in range(dice.randint(1, 6)):
        name = dice.choice(["", f"thread-{number}"])
        thread = Thread(store, name, dice.choice(["", "a", "b"]), f"model:m{number}")
        keys = [""]
        for turn in range(dice.randint(1, 9)):
            after = dice.choice(keys[-3:])
            keys.append(
                thread.turn(
                    dice.choice(REASONS) if after else "root",
                    NOW + 60 * turn + number,
                    after,
                    usd=dice.choice([None, "0.01", "0.0003", "1.5"]),
                    size=(dice.randrange(10**6), dice.randrange(10**6)),
                    tokens=dice.randrange(100, 10**5),
                    again=dice.random() < 0.3,
                    key=f"v1_{number}-{turn}-{dice.randrange(10**9)}",
                )
            )
        if dice.random() < 0.5:
            thread.job(f"job_{number}", NOW)


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
    write(store, random.Random(seed))
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

"""One number for a turn, whoever tells it."""

import json
from pathlib import Path

from click.testing import CliRunner

from interactions_core import SqliteStore
from interactions_core.cli.sessions import sessions
from interactions_core.explaining.explain import explain
from tests.core.looking import NOW, Thread, user


def test_turns_of_two_clocks_have_one_order(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "s.db")
    thread = Thread(store, "two-clocks")
    first = thread.turn("root", NOW, sent=[user("Hello")])
    thread.turn("continue", NOW + 100 * 86_400, first, sent=[user("Later")])
    last = thread.turn("fork", NOW + 1, first, sent=[user("More")])

    told = explain(store, last)
    url = f"sqlite:///{tmp_path}/s.db"
    arguments = ["show", "two-clocks", "--all", "--json", "--sessions", url]
    shown = json.loads(CliRunner().invoke(sessions, arguments).stdout)

    keys = [turn["id"] for turn in shown["turns"]]
    assert (told.turn, told.turns) == (keys.index(last) + 1, 3) == (2, 3)
    store.close()

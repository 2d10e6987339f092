"""A store to look at, a file of it, and a browser."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from interactions_core import SessionStore, SqliteStore
from interactions_core.cli.sessions import sessions
from tests.browser import Looked, running_browser
from tests.core.looking import NOW, Thread, at, call, fill, model, user

HOSTILE = (
    "</script><script>alert(1)</script><img src=x onerror=alert(2)> "
    "[link](javascript:alert(3)) \u202ereversed \x1b[31mred half \ud83d"
)
SENTINEL = "xyzzy-plugh"


def fill_wholly(store: SessionStore) -> None:
    """Put in what is in every store, and what should do nothing to a page."""
    fill(store)
    words = {"sent": [user(f"{SENTINEL} {HOSTILE}")], "held": [model(f"{SENTINEL}!")]}
    hostile = Thread(store, "hostile", "acme")
    first = hostile.turn("root", at("28 Nov 18:00"), **words)
    long = {"sent": [user("w" * 1_000_000)], "held": [model(HOSTILE)]}
    hostile.turn("continue", at("28 Nov 18:01"), first, **long)
    alone = Thread(store, "", "acme")
    alone.turn("root", at("28 Nov 18:10"), key="v1_alone-acme", **words)
    _reasons(Thread(store, "reasons", "acme"))


def _reasons(thread: Thread) -> None:
    when, before = at("27 Nov 08:00"), ""
    for reason in ("root", "continue", "fork", "retry", "expired", "foreign", "stateless", "explicit", "separate"):  # fmt: skip
        when += 60
        held = [call("look_up", 1, of=reason)]
        again = reason in {"expired", "foreign", "stateless"}
        before = thread.turn(reason, when, before, sent=[user(f"Say {reason}.")], held=held, again=again)  # fmt: skip


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INTERACTIONS_SESSIONS", "sqlite:///state.db")
    monkeypatch.setattr(time, "time", lambda: NOW)
    return tmp_path


@pytest.fixture
def store(folder: Path) -> Iterator[SqliteStore]:
    made = SqliteStore(folder / "state.db")
    fill_wholly(made)
    yield made
    made.close()


def write_page(*arguments: str) -> Path:
    """Write a page of the store in this folder."""
    told = CliRunner().invoke(sessions, ["show", *arguments, "--html", "page.html"])
    assert told.exit_code == 0, told.output
    return Path("page.html").absolute()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    # Not for the session: where it runs, no test may run an event loop of its own.
    with running_browser() as running:
        yield running


@pytest.fixture
def looked(browser: Any) -> Iterator[Looked]:
    made = Looked(browser)
    yield made
    made.context.close()

"""The name of a thread stands for its turn or job, where one follows from it."""

import json
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from interactions_core import SqliteStore
from interactions_core.cli.root import interactions
from interactions_emulator import Emulator
from tests.begun_jobs import begin_job
from tests.core.looking import NOW, RESEARCH, Thread, at, model, user


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INTERACTIONS_SESSIONS", "sqlite:///state.db")
    monkeypatch.setattr(time, "time", lambda: NOW)


@pytest.fixture
def store() -> Iterator[SqliteStore]:
    with closing(SqliteStore("state.db")) as store:
        yield store


@pytest.fixture
def emulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    with Emulator() as running:
        monkeypatch.setenv("GEMINI_API_KEY", "k")
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", running.url)
        yield running


def run(*arguments: str) -> Result:
    return CliRunner().invoke(interactions, arguments)


def said(thread: Thread, name: str) -> None:
    first = thread.turn("root", at("27 Nov 10:00"), sent=[user(f"{name}, one")], held=[model("Yes.")])  # fmt: skip
    thread.turn("expired", at("27 Nov 11:00"), first, sent=[user(f"{name}, two")], held=[model("No.")], again=True)  # fmt: skip


def told(*arguments: str) -> Any:
    done = run(*arguments, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_a_turn_is_explained_for_one_tenant(store: SqliteStore) -> None:
    """Ours: both tenants have a thread of the same name, and turns of the same keys."""
    said(Thread(store, "brief", "acme"), "acme")
    said(Thread(store, "brief", "globex"), "globex")
    Thread(store, "other", "zeta").turn("root", at("27 Nov 12:00"))

    for tenant in ("acme", "globex"):
        for name in ([], ["brief"], ["last"], ["v1_brief-002"]):
            turn = told("explain", *name, "--tenant", tenant)["turn"]
            assert (turn["session_id"], turn["id"]) == (tenant, "v1_brief-002")
            assert turn["sent"][0]["content"][0]["text"] == f"{tenant}, two"
    nothing = run("explain", "--tenant", "zeta")
    assert (nothing.exit_code, nothing.stdout) == (0, "nothing was sent again\n")
    unknown = run("explain", "--tenant", "acm")
    assert "no tenant is called 'acm'; did you mean 'acme'?" in unknown.stderr


def test_the_newest_turn_of_a_thread_is_replayed(store: SqliteStore) -> None:
    said(Thread(store, "brief", "acme"), "acme")

    for name in ("brief", "brie", "last", "v1_brief-002"):
        body = told("replay", "--dry-run", name)
        assert body["input"][-1]["content"][0]["text"] == "acme, two"

    said(Thread(store, "brief", "globex"), "globex")
    both = run("replay", "--dry-run", "brief")
    assert both.exit_code == 1
    assert "2 threads go by 'brief', of 'acme', 'globex'" in both.stderr.replace("'globex', 'acme'", "'acme', 'globex'")  # fmt: skip
    body = told("replay", "--dry-run", "brief", "--tenant", "globex")
    assert body["input"][-1]["content"][0]["text"] == "globex, two"


def test_a_thread_without_a_turn_is_not_replayed(store: SqliteStore) -> None:
    Thread(store, "brief", "acme", RESEARCH).job("job_1", at("27 Nov 10:00"))

    done = run("replay", "--dry-run", "brief")

    assert done.exit_code == 1
    assert "nothing was answered in 'brief' yet; its jobs: " in done.stderr


def add_jobs(store: SqliteStore, **statuses: str) -> None:
    thread = Thread(store, "brief", "acme", RESEARCH)
    for number, (key, status) in enumerate(statuses.items()):
        thread.job(key, at("28 Nov 17:00") + number, status=status, interaction_id="" if status == "lost" else f"v1_{key}")  # fmt: skip


def shown_job(name: str) -> tuple[str, str]:
    done = run("jobs", "show", name, "--json")
    return json.loads(done.stdout)["job"]["key"], done.stderr


def test_the_job_of_a_thread_is_shown_that_is_not_over(store: SqliteStore) -> None:
    add_jobs(store, first="completed", second="in_progress", third="cancelled")
    key, note = shown_job("brief")

    assert key == "second"
    assert note == (
        "this thread has 2 further jobs: interactions jobs list --all --thread brief\n"
    )
    assert shown_job("third") == ("third", "")


@pytest.mark.parametrize(
    "statuses",
    [
        pytest.param(("completed", "failed"), id="all are over"),
        pytest.param(("in_progress", "in_progress"), id="several are not"),
    ],
)
def test_else_the_newest_job_of_a_thread_is_shown(
    store: SqliteStore, statuses: tuple[str, str]
) -> None:
    add_jobs(store, first=statuses[0], second=statuses[1])

    assert shown_job("brief")[0] == "second"


def test_a_job_that_is_called_so_comes_before_a_thread(store: SqliteStore) -> None:
    Thread(store, "first", "acme", RESEARCH).job("another", at("28 Nov 17:00"))
    add_jobs(store, first="completed")

    assert shown_job("first")[0] == "first"


def test_the_job_of_a_thread_is_cancelled(
    store: SqliteStore, emulator: Emulator
) -> None:
    add_jobs(store, first="completed", second="lost")
    key = begin_job(store, emulator, thread="brief")

    done = run("jobs", "cancel", "brief")

    [job] = [each for each in store.list_jobs() if each.key == key]
    assert done.exit_code == 0, done.output
    assert done.stdout == f"{key}: cancelled {job.interaction_id}\n"
    assert job.status == "cancelled"
    assert emulator.requests()[-1]["path"].endswith("/cancel")


def test_several_jobs_of_a_thread_are_listed_and_none_is_cancelled(
    store: SqliteStore, emulator: Emulator
) -> None:
    add_jobs(store, first="completed", second="in_progress", third="queued")

    done = run("jobs", "cancel", "brief")

    assert done.exit_code == 1
    assert "2 jobs go by the name 'brief'" in done.stderr
    assert "second (in_progress), third (queued)" in done.stderr
    assert emulator.requests() == []


@pytest.mark.usefixtures("emulator")
def test_of_a_thread_whose_jobs_are_over_nothing_is_cancelled(
    store: SqliteStore,
) -> None:
    add_jobs(store, first="completed", second="failed")

    done = run("jobs", "cancel", "brief")

    assert done.exit_code == 1
    assert done.stdout == "second: nothing to cancel (failed)\n"

"""Watchers and receivers that are told to end while they resume a graph."""

import signal
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from langchain_core.runnables import RunnableConfig

from interactions_core import SqliteStore
from interactions_core.cli.jobs import jobs
from interactions_core.cli.webhook import webhook
from interactions_core.services.graph_resumer import Resumer
from interactions_emulator import Emulator
from interactions_langgraph.resuming import resume_thread
from tests.commands import running
from tests.langgraph.held_graph import make_app
from tests.programs import ROOT

GRAPH = ("--resume", "tests.langgraph.held_graph:make_app", "--app-dir", str(ROOT))
WATCH = ("watch", *GRAPH)
SERVE = ("serve", *GRAPH, "--audience", "a", "--port", "0")
AT: RunnableConfig = {"configurable": {"thread_id": "1"}}


@pytest.fixture
def emulator(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Emulator]:
    with Emulator(job_s=0.1) as running:
        monkeypatch.setenv("GEMINI_API_KEY", "k")
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", running.url)
        monkeypatch.setenv("INTERACTIONS_SESSIONS", "sqlite:///state.db")
        monkeypatch.chdir(tmp_path)
        yield running


def suspend_and_wait() -> None:
    """Run the graph until it is suspended, and collect the result of its job."""
    make_app().invoke({"messages": "TPUs?"}, AT)
    assert CliRunner().invoke(jobs, ["watch", "--until-idle"]).exit_code == 0


@pytest.mark.parametrize(
    ("group", "command", "how", "where"),
    [
        pytest.param(jobs, WATCH, signal.SIGTERM, "ask", id="watch"),
        pytest.param(jobs, WATCH, signal.SIGINT, "later", id="watch-interrupted"),
        pytest.param(webhook, SERVE, signal.SIGTERM, "ask", id="serve"),
    ],
)
def test_a_graph_that_is_being_resumed_when_the_time_is_over_is_gone_on_with_elsewhere(
    group: click.Group,
    command: tuple[str, ...],
    how: signal.Signals,
    where: str,
    emulator: Emulator,
) -> None:
    suspend_and_wait()
    Path("hold").write_text(where)

    with running(group, *command, "--grace", "1") as service:
        service.wait_for("held")
        assert service.end(how) == 3
    with closing(SqliteStore("state.db")) as store:
        [left] = store.list_jobs(waiting=True)
        Path("hold").unlink()
        Resumer(store, partial(resume_thread, make_app())).sweep()

    assert (left.lease_until, left.is_left) == (0.0, True)
    assert "thread 1 is left at its last checkpoint for others\n" in service.said
    assert make_app().get_state(AT).values["messages"][-1].text == "Done."
    creates = [one for one in emulator.requests() if one["method"] == "POST"]
    assert len(creates) == 1


def test_a_service_that_has_nothing_to_do_ends_at_once_and_without_a_word(
    emulator: Emulator,
) -> None:
    make_app().invoke({"messages": "TPUs?"}, AT)

    with running(webhook, *SERVE) as service:
        service.wait_for("receiving")
        assert service.end() == 0

    assert len(service.said) == 1
    assert len(emulator.requests()) >= 1

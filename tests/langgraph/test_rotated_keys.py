"""A graph that was suspended under one key is resumed under the next one."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from interactions_core.cli.accounts import accounts
from interactions_core.cli.jobs import jobs
from interactions_emulator import Emulator
from interactions_langgraph import InteractionsSaver
from tests.conftest import Clock

GRAPH = '''
"""A graph whose one call suspends it."""

import os

from langgraph.graph import START, MessagesState, StateGraph

from interactions_langgraph import ChatInteractions, InteractionsSaver

model = ChatInteractions(model="gemini-3.5-flash", background="suspend")


def ask(state):
    return {"messages": [model.invoke(state["messages"])]}


built = StateGraph(MessagesState).add_node("ask", ask).add_edge(START, "ask")
saver = InteractionsSaver(os.environ["INTERACTIONS_SESSIONS"])
app = built.compile(checkpointer=saver)
at = {"configurable": {"thread_id": "1"}}
'''
RUN = "from suspended import app, at; app.invoke({'messages': 'TPUs?'}, at)"
JOB_S = 3_600.0
"""By a clock that stands until it is moved."""


@pytest.fixture
def emulator(clock: Clock) -> Iterator[Emulator]:
    projects = {"acme": ["january", "february"]}
    with Emulator(clock=clock, job_s=JOB_S, projects=projects) as running:
        yield running


@pytest.fixture
def rotate(
    emulator: Emulator,
    store_url: str,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Iterator[str]:
    """Suspend a graph under one key, end its process, and change the key."""
    (tmp_path / "suspended.py").write_text(GRAPH)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", emulator.url)
    monkeypatch.setenv("INTERACTIONS_SESSIONS", store_url)
    monkeypatch.setenv("GEMINI_API_KEY", "january")
    monkeypatch.delenv("INTERACTIONS_ACCOUNT", raising=False)
    subprocess.run([sys.executable, "-c", RUN], check=True)
    clock.advance(JOB_S)
    monkeypatch.setenv("GEMINI_API_KEY", "february")
    yield store_url
    sys.modules.pop("suspended", None)


def run(group: Any, *arguments: str) -> Result:
    return CliRunner().invoke(group, arguments)


def last_of(store_url: str) -> str:
    with InteractionsSaver(store_url) as saver:
        found = saver.get_tuple({"configurable": {"thread_id": "1"}})
        assert found is not None
        return found.checkpoint["channel_values"]["messages"][-1].type


def creates(emulator: Emulator) -> int:
    return sum(
        r["method"] == "POST" and r["path"].endswith("/interactions")
        for r in emulator.requests()
    )


def test_a_watcher_with_another_key_says_whose_jobs_it_leaves(
    rotate: str, emulator: Emulator
) -> None:
    done = run(jobs, "watch", "--until-idle", "--resume", "suspended:app")

    assert done.exit_code == 1
    assert "not watched here: 1 job of gemini|127.0.0.1" in done.output
    assert "interactions accounts link" in done.output
    assert last_of(rotate) == "human"
    assert creates(emulator) == 1


def test_a_watcher_that_is_told_whose_jobs_to_watch_ends_well(rotate: str) -> None:
    done = run(jobs, "watch", "--until-idle", "--account", "another")

    assert done.exit_code == 0, done.output
    assert last_of(rotate) == "human"


def test_a_suspended_graph_is_resumed_after_its_key_was_linked(
    rotate: str, emulator: Emulator
) -> None:
    owner = run(accounts, "list").output.split("  ")[0]

    linked = run(accounts, "link", owner, "--account", "acme")
    done = run(jobs, "watch", "--until-idle", "--resume", "suspended:app")

    assert (linked.exit_code, done.exit_code) == (0, 0), done.output
    assert "resumed thread 1" in done.output
    assert last_of(rotate) == "ai"
    assert creates(emulator) == 1

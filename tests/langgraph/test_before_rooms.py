"""What was written before the modules moved into rooms opens after it.

The files in `tests/fixtures` were made by the last commit before: a thread with a tool
loop, a graph suspended for a run in the background, a dump of a model.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from langchain.agents import create_agent
from langchain_core.load import loads
from langgraph.graph import START, MessagesState, StateGraph

from interactions_core.records.jobs.job import request_fingerprint
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions, InteractionsSaver
from tests.conftest import Clock
from tests.docs.pages import ROOT
from tests.waiting import go_by

AGENT = "deep-research-preview-04-2026"
FIXTURES = ROOT / "tests" / "fixtures"
HOST = "127.0.0.1:34925"
"""Where the server listened; what another host has said is found by nobody here."""


def restored(name: str, folder: Path, host: str = HOST) -> Path:
    path = folder / f"{name}.db"
    path.touch(0o600)
    script = (FIXTURES / f"before_rooms_{name}.sql").read_text(encoding="utf-8")
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script.replace(HOST, host))
    return path


@pytest.fixture
def server(clock: Clock, tmp_path: Path) -> Iterator[Emulator]:
    state = restored("server", tmp_path)
    with Emulator(state=state, clock=clock) as running:
        yield running


@pytest.fixture
def saver(server: Emulator, tmp_path: Path) -> Iterator[InteractionsSaver]:
    path = restored("state", tmp_path, urlsplit(server.url).netloc)
    with InteractionsSaver(f"sqlite:///{path}") as opened:
        yield opened


def made(server: Emulator, clock: Clock, **options: Any) -> ChatInteractions:
    model = ChatInteractions(base_url=server.url, api_key="any", **options)
    go_by(model, clock)
    return model


def get_weather(city: str) -> str:
    """Tells the weather."""
    return f"{city}: 21 degrees"


def test_a_thread_goes_on_with_one_step(
    saver: InteractionsSaver, server: Emulator, clock: Clock
) -> None:
    model = made(server, clock, model="gemini-3.5-flash")
    graph = create_agent(model, [get_weather], checkpointer=saver)

    said = graph.invoke(
        {"messages": "What is my name?"}, {"configurable": {"thread_id": "1"}}
    )

    assert "Ada" in said["messages"][-1].text
    [request] = [r for r in server.requests() if r["method"] == "POST"]
    assert request["body"]["previous_interaction_id"]
    assert [step["type"] for step in request["body"]["input"]] == ["user_input"]
    model.close()


def test_a_job_is_read_with_its_place(saver: InteractionsSaver) -> None:
    [job] = saver.sessions.list_jobs()

    assert (job.target, job.status) == (f"agent:{AGENT}", "in_progress")
    assert job.place is not None
    assert job.place.checkpoint_id


def test_a_suspended_graph_still_waits(
    saver: InteractionsSaver, server: Emulator, clock: Clock
) -> None:
    agent = made(server, clock, agent=AGENT, background="suspend")
    graph = StateGraph(MessagesState)
    graph.add_node("ask", lambda s: {"messages": [agent.invoke(s["messages"])]})
    compiled = graph.add_edge(START, "ask").compile(checkpointer=saver)

    state = compiled.get_state({"configurable": {"thread_id": "2"}})

    [waiting] = state.interrupts
    assert waiting.value["type"] == "interactions.job"
    assert state.next == ("ask",)
    agent.close()


def test_its_job_is_found_under_a_later_key_of_its_account(tmp_path: Path) -> None:
    """Ours: neither the row nor the digest of a job is rewritten for that."""
    with InteractionsSaver(f"sqlite:///{restored('state', tmp_path)}") as saver:
        store = saver.sessions
        [job] = store.list_jobs()
        last = saver.get_tuple({"configurable": {"thread_id": "2"}})
        assert last is not None
        found: list[list[str]] = []
        for key in ("any", "later", "of another account"):
            account = "acme" if key in {"any", "later"} else "another"
            agent = ChatInteractions(
                agent=AGENT, base_url=f"http://{HOST}", api_key=key, account=account
            )
            asked = agent._turn(last.checkpoint["channel_values"]["messages"], {})
            turn = replace(asked, thread_id="2")
            scope = agent._ready().sync._run(turn, store).records.scope
            digest = request_fingerprint(turn, scope)
            found.append([each.key for each in store.find_jobs(scope, digest)])
            agent.close()

    assert found == [[job.key], [job.key], []]


@pytest.mark.filterwarnings("ignore:The function `loads` is in beta")
def test_a_dump_of_a_model_is_loaded() -> None:
    text = (FIXTURES / "before_rooms_chat_model.json").read_text(encoding="utf-8")
    model: Any = loads(
        text,
        allowed_objects=[ChatInteractions],
        valid_namespaces=["interactions_langgraph"],
    )

    assert (model.session_id, model.temperature) == ("tenant", 0.5)

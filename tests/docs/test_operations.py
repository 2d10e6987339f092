"""What the operations page and CONTRIBUTING say of files, deletion and sessions."""

import ast
import logging
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from langchain_core.messages import HumanMessage
from langgraph.graph import START, MessagesState, StateGraph

from interactions_core import open_store
from interactions_core.cli.root import interactions
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions, InteractionsSaver
from tests.docs.pages import ROOT, blocks_of, rows_of, run_block

PAGE = ROOT / "docs" / "operations.md"
THREAD: Any = {"configurable": {"thread_id": "1"}}


@pytest.fixture
def database(
    emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Hold a conversation of two turns in `state.db` of the working directory."""
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", emulator.url)
    monkeypatch.setenv("GEMINI_API_KEY", "any")
    monkeypatch.delenv("GOOGLE_API_KEY", raising=False)
    monkeypatch.chdir(tmp_path)
    with InteractionsSaver("sqlite:///state.db") as saver:
        model = ChatInteractions(model="gemini-3.5-flash")
        graph = StateGraph(MessagesState)
        graph.add_node("chat", lambda s: {"messages": [model.invoke(s["messages"])]})
        graph.add_edge(START, "chat")
        chat = graph.compile(checkpointer=saver)
        for text in ("My name is Ada.", "What is my name?"):
            chat.invoke({"messages": [HumanMessage(text)]}, THREAD)
        model.close()
    return tmp_path / "state.db"


def test_deletion_on_the_server_reaches_every_interaction(
    database: Path, emulator: Emulator
) -> None:
    (block,) = [b for b in blocks_of(PAGE, "python") if "client" in b.text]
    store = open_store(f"sqlite:///{database}")
    assert len(store.ledger(thread_id="1")) == 2

    run_block(block, PAGE, {})

    assert emulator.stats()["deletes"] == 2
    assert store.ledger() == []


def test_deleted_thread_is_gone_from_the_file(database: Path) -> None:
    (block,) = [b for b in blocks_of(PAGE, "python") if "saver" in b.text]

    run_block(block, PAGE, {})

    with InteractionsSaver(f"sqlite:///{database}") as saver:
        assert saver.get_tuple(THREAD) is None
        assert saver.sessions.ledger() == []
    assert b"Ada" not in database.read_bytes()


def test_schema_versions_are_those_that_it_names(database: Path) -> None:
    connection = sqlite3.connect(database)
    found = dict(connection.execute("SELECT part, version FROM schema_versions"))
    connection.close()

    assert found == {
        "accounts": 1,
        "budgets": 1,
        "charges": 1,
        "checkpoints": 4,
        "contracts": 1,
        "deletions": 1,
        "forms": 1,
        "job_events": 1,
        "job_looks": 1,
        "job_traces": 1,
        "jobs": 1,
        "counts": 1,
        "labels": 1,
        "listings": 1,
        "lookups": 1,
        "losses": 1,
        "outlines": 1,
        "setups": 1,
        "questions": 1,
        "resends": 1,
        "sessions": 2,
        "texts": 1,
        "tombstones": 1,
    }
    said = "The version of the checkpoints is 4, that of the sessions 2, of the jobs 1"
    named = ", ".join(f"{part} {found[part]}" for part in sorted(found))
    assert said in PAGE.read_text(encoding="utf-8")
    assert f"schema {named}; " in PAGE.read_text(encoding="utf-8")


def test_normal_operation_is_silent_and_recovery_is_logged_as_it_says(
    emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    model = ChatInteractions(
        model="gemini-3.5-flash",
        base_url=emulator.url,
        api_key="any",
        sessions="memory:operations",
    )
    caplog.set_level(logging.INFO, logger="interactions_core")
    history: list[Any] = [HumanMessage("My name is Ada.")]
    history += [model.invoke(history), HumanMessage("What is my name?")]
    parent = history[1].response_metadata["interaction_id"]
    assert caplog.messages == []
    emulator.fault(on="create", do={"reroot": True})

    model.invoke(history)

    assert caplog.messages == [
        f"{parent}: rerooted; sending everything again, once",
    ]
    assert "; sending everything again, once`" in PAGE.read_text(encoding="utf-8")


def test_contributing_lists_the_sessions_that_there_are() -> None:
    listed = " ".join(rows_of(ROOT / "CONTRIBUTING.md", "session"))
    noxfile = ast.parse((ROOT / "noxfile.py").read_text(encoding="utf-8"))
    sessions = {
        node.name
        for node in noxfile.body
        if isinstance(node, ast.FunctionDef)
        and any("session" in ast.unparse(d) for d in node.decorator_list)
    }

    assert set(listed.replace("`", "").replace(",", "").split()) == sessions


def test_the_table_of_commands_has_each_command_that_there_is() -> None:
    rows = " ".join(rows_of(PAGE, "`interactions …`"))

    assert sorted(re.findall("`([^`]+)`", rows)) == sorted(commands_of(interactions))


def commands_of(group: click.Group, name: str = "") -> Iterator[str]:
    context = click.Context(group)
    for each in group.list_commands(context):
        found, whole = group.get_command(context, each), f"{name} {each}".strip()
        if isinstance(found, click.Group):
            yield from commands_of(found, whole)
        else:
            yield whole

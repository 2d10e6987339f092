"""What a restored backup brings back, and what it does not spoil."""

import contextlib
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from langgraph.graph import START, MessagesState, StateGraph

from interactions_core.cli.root import interactions
from interactions_core.client.connection import Connection
from interactions_emulator import Emulator
from interactions_langgraph import InteractionsSaver
from tests.conftest import Clock
from tests.langgraph.conftest import MakeModel

DAY_S = 86_400.0


def open_saver(file: Path, emulator: Emulator) -> InteractionsSaver:
    connection = Connection(base_url=emulator.url, api_key="k")
    return InteractionsSaver(f"sqlite:///{file}", connection=connection)


def build(saver: InteractionsSaver, model: Any) -> Any:
    def chat(state: MessagesState) -> dict[str, Any]:
        return {"messages": [model.invoke(state["messages"])]}

    graph = StateGraph(MessagesState).add_node(chat).add_edge(START, "chat")
    return graph.compile(checkpointer=saver)


def ask(graph: Any, thread: str, text: str) -> str:
    done = graph.invoke({"messages": text}, {"configurable": {"thread_id": thread}})
    return done["messages"][-1].response_metadata["plan_reason"]


def copy(source: Path, target: Path) -> None:
    with (
        contextlib.closing(sqlite3.connect(source)) as before,
        contextlib.closing(sqlite3.connect(target)) as after,
    ):
        before.backup(after)


@pytest.mark.parametrize("erased", [("1",), ("1", "2")], ids=len)
def test_threads_that_a_restore_brings_back_teach_nothing_and_can_be_deleted_again(
    erased: tuple[str, ...],
    tmp_path: Path,
    emulator: Emulator,
    make_model: MakeModel,
    clock: Clock,
) -> None:
    file, backup = tmp_path / "state.db", tmp_path / "backup.db"
    with open_saver(file, emulator) as saver:
        graph = build(saver, make_model(sessions=None))
        for thread in "123":
            ask(graph, thread, "My name is Ada.")
        copy(file, backup)
        for thread in erased:
            saver.delete_thread(thread, remote=True)
    restored = ["db", "restored", "--sessions", f"sqlite:///{backup}"]
    assert CliRunner().invoke(interactions, restored).exit_code == 0
    clock.advance(2 * DAY_S)

    with open_saver(backup, emulator) as saver:
        graph = build(saver, make_model(sessions=None))
        reasons = [ask(graph, thread, "What is my name?") for thread in (*erased, "3")]
        for thread in erased:
            saver.delete_thread(thread, remote=True)

        assert reasons == [*["expired"] * len(erased), "continue"]
        left = {each.config["configurable"]["thread_id"] for each in saver.list(None)}
        assert left == set("123") - {*erased}

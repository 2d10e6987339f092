"""Graphs whose conversations stay on the server: savers, threads, restarts, bytes."""

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph

from interactions_core import open_store
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions, InteractionsSaver
from tests.langgraph.conftest import MakeModel

CHILD = """
import sys
from tests.langgraph.test_graph_sessions import chat, say
from interactions_langgraph import ChatInteractions, InteractionsSaver

url, database, thread, *texts = sys.argv[1:]
with (
    ChatInteractions(model="gemini-3.5-flash", base_url=url, api_key="k") as model,
    InteractionsSaver.from_conn_string(database) as saver,
):
    graph = chat(model, saver)
    for text in texts:
        message = say(graph, thread, text)
        print(message.response_metadata["plan_reason"], message.text)
"""


def chat(model: ChatInteractions, saver: Any) -> Any:
    graph = StateGraph(MessagesState)
    graph.add_node("chat", lambda s: {"messages": [model.invoke(s["messages"])]})
    graph.add_edge(START, "chat")
    return graph.compile(checkpointer=saver)


def say(graph: Any, thread: str, text: str) -> Any:
    config = {"configurable": {"thread_id": thread}}
    return graph.invoke({"messages": text}, config)["messages"][-1]


def in_a_process(emulator: Emulator, database: str, thread: str, *texts: str) -> Any:
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, emulator.url, database, thread, *texts],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
    )


def test_model_finds_the_session_store_of_the_graphs_saver(
    emulator: Emulator, tmp_path: Path
) -> None:
    database = f"sqlite:///{tmp_path / 'state.db'}"
    with (
        ChatInteractions(
            model="gemini-3.5-flash", base_url=emulator.url, api_key="k"
        ) as model,
        InteractionsSaver.from_conn_string(database) as saver,
    ):
        say(chat(model, saver), "t", "My name is Ada.")

        assert len(open_store(database).ledger(thread_id="t")) == 1


def test_second_process_continues_the_chain(emulator: Emulator, tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'state.db'}"

    first = in_a_process(emulator, database, "t", "My name is Ada.").communicate()[0]
    second = in_a_process(emulator, database, "t", "What is my name?").communicate()[0]

    assert first.startswith("root")
    assert second == "continue Your name is Ada.\n"


def test_two_processes_writing_at_once_lose_nothing(
    emulator: Emulator, tmp_path: Path
) -> None:
    database = f"sqlite:///{tmp_path / 'state.db'}"
    texts = [f"My number is {n}." for n in range(12)]

    running = [
        in_a_process(emulator, database, thread, *texts, "What is my number?")
        for thread in ("a", "b")
    ]
    printed = [process.communicate()[0].splitlines() for process in running]

    for lines in printed:
        assert [line.split()[0] for line in lines] == ["root"] + ["continue"] * 12
        assert lines[-1] == "continue Your number is 11."
    store = open_store(database)
    assert len(store.ledger()) == 26
    assert len({entry.key for _, entry in store.ledger()}) == 26
    store.close()


def test_other_checkpointers_and_none_chain_too(make_model: MakeModel) -> None:
    model = make_model()

    graph = chat(model, InMemorySaver())
    say(graph, "t", "My name is Ada.")
    answer = say(graph, "t", "What is my name?")
    alone = chat(model, None).invoke({"messages": ["My name is Ada."]})["messages"]
    later = chat(model, None).invoke({"messages": [*alone, "What is my name?"]})

    assert answer.response_metadata["plan_reason"] == "continue"
    assert later["messages"][-1].response_metadata["plan_reason"] == "continue"


def test_equal_words_in_two_threads_stay_two_sessions(
    make_model: MakeModel, emulator: Emulator
) -> None:
    graph = chat(make_model(), InMemorySaver())

    for thread in ("a", "b"):
        say(graph, thread, "My name is Ada.")
        say(graph, thread, "What is my name?")

    parents = [
        row["body"].get("previous_interaction_id") for row in emulator.requests()
    ]
    assert parents[0] is parents[2] is None
    assert parents[1] != parents[3]


def test_one_model_serves_many_threads_at_once(make_model: MakeModel) -> None:
    graph = chat(make_model(), InMemorySaver())
    answers: dict[str, str] = {}

    def talk(name: str) -> None:
        say(graph, name, f"My name is {name}.")
        answers[name] = say(graph, name, "What is my name?").text

    names = [f"Ada{n}" for n in range(8)]
    threads = [threading.Thread(target=talk, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == {name: f"Your name is {name}." for name in names}


def test_time_travel_forks_from_the_right_interaction(make_model: MakeModel) -> None:
    graph = chat(make_model(), InMemorySaver())
    config: Any = {"configurable": {"thread_id": "t"}}
    first = say(graph, "t", "My number is 1.")
    past = graph.get_state(config).config
    say(graph, "t", "My number is 2.")

    forked = graph.invoke({"messages": "What is my number?"}, past)["messages"][-1]

    metadata = forked.response_metadata
    assert (metadata["plan_reason"], forked.text) == ("fork", "Your number is 1.")
    assert (
        metadata["previous_interaction_id"] == first.response_metadata["interaction_id"]
    )


def test_turn_100_sends_no_more_than_turn_2(
    make_model: MakeModel, emulator: Emulator
) -> None:
    """Ours: at most 1.2 times the bytes, by the server's own count."""
    graph = chat(make_model(), InMemorySaver())

    for n in range(100):
        say(graph, "t", f"This is message number {n:03}, as long as all the others.")

    sizes = [row["bytes"] for row in emulator.requests() if row["method"] == "POST"]
    assert len(sizes) == 100
    assert sizes[99] <= 1.2 * sizes[1]

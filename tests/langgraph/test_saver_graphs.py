"""Real graphs on the saver, through LangGraph's public API."""

import asyncio
import functools
import operator
import threading
from collections.abc import Iterator
from typing import Annotated, Any, TypedDict

import langgraph.checkpoint.base
import pytest
from langchain_core.messages import AIMessage, HumanMessage, RemoveMessage
from langgraph.channels.delta import DeltaChannel
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.pregel import _checkpoint as pregel_checkpoint
from langgraph.types import Command, Durability, Send, StateSnapshot, interrupt

from interactions_langgraph.saver import InteractionsSaver
from tests.patience import PATIENCE_S

Graph = CompiledStateGraph[Any, Any, Any, Any]

CONFIG: Any = {"configurable": {"thread_id": "t"}}


class Log(TypedDict):
    log: Annotated[list[str], operator.add]


@pytest.fixture
def url(store_url: str) -> str:
    return store_url


@pytest.fixture
def saver(url: str) -> Iterator[InteractionsSaver]:
    with InteractionsSaver(url) as saver:
        yield saver


def echo(state: MessagesState) -> dict[str, Any]:
    heard = len(state["messages"])
    return {"messages": [AIMessage(f"heard {heard}", id=f"ai-{heard}")]}


def build_chat(saver: BaseCheckpointSaver[str]) -> Graph:
    builder = StateGraph(MessagesState)
    builder.add_node("model", echo)
    builder.add_edge(START, "model")
    return builder.compile(checkpointer=saver)


def say(graph: Graph, text: str, **options: Durability) -> list[str]:
    question = HumanMessage(text, id=text)
    answer = graph.invoke({"messages": [question]}, CONFIG, **options)
    return texts(answer)


def texts(values: dict[str, Any]) -> list[str]:
    return [message.content for message in values["messages"]]


def test_chat_goes_on_after_a_restart(url: str) -> None:
    with InteractionsSaver(url) as saver:
        say(build_chat(saver), "one")

    with InteractionsSaver(url) as saver:
        assert say(build_chat(saver), "two") == ["one", "heard 1", "two", "heard 3"]


def test_async_chat_equals_the_sync_one(saver: InteractionsSaver) -> None:
    graph = build_chat(saver)
    say(graph, "one")

    async def go_on() -> tuple[dict[str, Any], list[StateSnapshot]]:
        question = HumanMessage("two", id="two")
        answer = await graph.ainvoke({"messages": [question]}, CONFIG)
        history = [state async for state in graph.aget_state_history(CONFIG)]
        return answer, history

    answer, history = asyncio.run(go_on())

    assert texts(answer) == ["one", "heard 1", "two", "heard 3"]
    assert history == list(graph.get_state_history(CONFIG))


@pytest.mark.parametrize("durability", ["sync", "async", "exit"])
def test_every_durability_mode_ends_in_the_same_state(
    durability: Durability, saver: InteractionsSaver
) -> None:
    graph = build_chat(saver)
    for text in ("one", "two"):
        say(graph, text, durability=durability)

    state = graph.get_state(CONFIG)

    assert texts(state.values) == ["one", "heard 1", "two", "heard 3"]
    assert state.next == ()


def test_interrupted_run_resumes_in_another_process(url: str) -> None:
    runs: list[str] = []

    def ask(_: MessagesState) -> dict[str, Any]:
        runs.append("ask")
        return {"messages": [AIMessage(f"you said {interrupt('sure?')}", id="a")]}

    builder = StateGraph(MessagesState)
    builder.add_node("first", echo)
    builder.add_node("ask", ask)
    builder.add_edge(START, "first")
    builder.add_edge("first", "ask")
    with InteractionsSaver(url) as saver:
        paused = say_to(builder.compile(checkpointer=saver))
        assert paused["__interrupt__"][0].value == "sure?"

    with InteractionsSaver(url) as saver:
        graph = builder.compile(checkpointer=saver)
        done = graph.invoke(Command(resume="yes"), CONFIG)

    assert texts(done) == ["q", "heard 1", "you said yes"]
    assert runs == ["ask", "ask"]


def say_to(graph: Graph) -> dict[str, Any]:
    return graph.invoke({"messages": [HumanMessage("q", id="q")]}, CONFIG)


def test_finished_siblings_of_a_failed_node_do_not_run_again(
    saver: InteractionsSaver, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[str] = []
    stored = threading.Event()
    put_writes = saver.put_writes

    @functools.wraps(put_writes)
    def noticed(config: Any, writes: Any, task_id: str, task_path: str = "") -> None:
        put_writes(config, writes, task_id, task_path)
        if ("log", ["good"]) in writes:
            stored.set()

    monkeypatch.setattr(saver, "put_writes", noticed)

    def good(_: Log) -> dict[str, Any]:
        runs.append("good")
        return {"log": ["good"]}

    def bad(_: Log) -> dict[str, Any]:
        runs.append("bad")
        if runs.count("bad") == 1:
            assert stored.wait(PATIENCE_S)
            raise RuntimeError
        return {"log": ["bad"]}

    graph = build_log({"good": good, "bad": bad}, saver)
    with pytest.raises(RuntimeError):
        graph.invoke({"log": []}, CONFIG, durability="sync")

    done = graph.invoke(None, CONFIG)

    assert sorted(done["log"]) == ["bad", "good"]
    assert sorted(runs) == ["bad", "bad", "good"]


def build_log(nodes: dict[str, Any], saver: BaseCheckpointSaver[str]) -> Graph:
    builder = StateGraph(Log)
    for name, node in nodes.items():
        builder.add_node(name, node)
        builder.add_edge(START, name)
    return builder.compile(checkpointer=saver)


def test_update_state_on_an_old_checkpoint_forks(saver: InteractionsSaver) -> None:
    graph = build_chat(saver)
    say(graph, "one")
    before = graph.get_state(CONFIG)
    say(graph, "two")
    edit = {"messages": [HumanMessage("edited", id="one")]}

    fork = graph.update_state(before.config, edit, as_node="model")

    assert texts(graph.get_state(fork).values) == ["edited", "heard 1"]
    assert texts(graph.get_state(before.config).values) == ["one", "heard 1"]
    assert texts(graph.get_state(CONFIG).values) == ["edited", "heard 1"]


def test_time_travel_runs_again_from_an_old_checkpoint(
    saver: InteractionsSaver,
) -> None:
    graph = build_chat(saver)
    say(graph, "one")
    say(graph, "two")
    [old] = [
        state
        for state in graph.get_state_history(CONFIG)
        if state.next == ("model",) and len(state.values["messages"]) == 1
    ]

    again = graph.invoke(None, old.config)

    assert texts(again) == ["one", "heard 1"]
    assert say(graph, "three") == ["one", "heard 1", "three", "heard 3"]


def test_removed_messages_stay_removed(saver: InteractionsSaver) -> None:
    graph = build_chat(saver)
    say(graph, "one")

    graph.update_state(CONFIG, {"messages": [RemoveMessage("one")]})

    assert texts(graph.get_state(CONFIG).values) == ["heard 1"]


def test_a_redaction_in_place_reaches_the_state(saver: InteractionsSaver) -> None:
    def redact(state: MessagesState) -> dict[str, Any]:
        state["messages"][0].content = "[redacted]"
        return {}

    builder = StateGraph(MessagesState)
    builder.add_node("redact", redact)
    builder.add_edge(START, "redact")
    graph = builder.compile(checkpointer=saver)
    say_to(graph)

    assert texts(graph.get_state(CONFIG).values) == ["[redacted]"]


def test_subgraphs_keep_their_own_state(saver: InteractionsSaver) -> None:
    def pause(_: MessagesState) -> dict[str, Any]:
        return {"messages": [AIMessage(interrupt("inner?"), id="inner")]}

    inner = StateGraph(MessagesState)
    inner.add_node("echo", echo)
    inner.add_node("pause", pause)
    inner.add_edge(START, "echo")
    inner.add_edge("echo", "pause")
    outer = StateGraph(MessagesState)
    outer.add_node("inner", inner.compile())
    outer.add_edge(START, "inner")
    graph = outer.compile(checkpointer=saver)
    say_to(graph)

    [task] = graph.get_state(CONFIG, subgraphs=True).tasks
    assert texts(task.state.values) == ["q", "heard 1"]
    done = graph.invoke(Command(resume="yes"), CONFIG)
    assert texts(done) == ["q", "heard 1", "yes"]
    spaces = {
        found.config["configurable"]["checkpoint_ns"].partition(":")[0]
        for found in saver.list(CONFIG)
    }
    assert spaces == {"", "inner"}


def test_sends_reach_their_nodes_and_keep_their_order(
    saver: InteractionsSaver,
) -> None:
    def spread(_: Log) -> list[Send]:
        return [Send("worker", {"log": [str(at)]}) for at in range(8)]

    def worker(state: Log) -> dict[str, Any]:
        return {"log": [f"done {state['log'][0]}"]}

    builder = StateGraph(Log)
    builder.add_node("worker", worker)
    builder.add_conditional_edges(START, spread, ["worker"])
    builder.add_edge("worker", END)
    graph = builder.compile(checkpointer=saver)
    graph.invoke({"log": []}, CONFIG)

    state = graph.get_state(CONFIG)
    assert state.values["log"] == [f"done {at}" for at in range(8)]


def add_up(state: list[str], writes: list[list[str]]) -> list[str]:
    return [*state, *(item for write in writes for item in write)]


class DeltaLog(TypedDict):
    log: Annotated[list[str], DeltaChannel(add_up, snapshot_frequency=4)]


def build_delta(saver: BaseCheckpointSaver[str]) -> Graph:
    builder = StateGraph(DeltaLog)
    for name in ("b", "a"):
        builder.add_node(
            name, lambda state, name=name: {"log": [f"{name}{len(state['log'])}"]}
        )
        builder.add_edge(START, name)
    return builder.compile(checkpointer=saver)


@pytest.mark.filterwarnings("ignore:.*DeltaChannel.*beta")
@pytest.mark.skipif(
    not hasattr(langgraph.checkpoint.base, "writes_sort_key"),
    reason="the reference saver of this version does not order writes",
)
@pytest.mark.parametrize(
    "durability",
    [
        "sync",
        "async",
        pytest.param(
            "exit",
            marks=pytest.mark.skipif(
                not hasattr(pregel_checkpoint, "exit_delta_late_task_id"),
                reason="this version orders parallel writes by hashes of random ids",
            ),
        ),
    ],
)
def test_delta_channels_give_the_states_of_the_reference_saver(
    durability: Durability, saver: InteractionsSaver
) -> None:
    seen: list[Any] = []
    for each in (InMemorySaver(), saver):
        graph = build_delta(each)
        for turn in range(12):
            graph.invoke({"log": [f"in{turn}"]}, CONFIG, durability=durability)
        middle = [*graph.get_state_history(CONFIG)][9]
        graph.update_state(middle.config, {"log": ["fork"]}, as_node="a")
        graph.invoke({"log": ["after"]}, CONFIG, durability=durability)
        history = [
            (state.values, state.next, state.metadata)
            for state in graph.get_state_history(CONFIG)
        ]
        seen.append(history)

    assert seen[0] == seen[1]
    assert "fork" in seen[0][0][0]["log"]

"""Graphs and conversations drawn by chance, with all that a checkpointer is given."""

import operator
import random
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, TypedDict

from langchain_core.messages import AIMessage, AnyMessage
from langgraph.channels.delta import DeltaChannel
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import _messages_delta_reducer, add_messages
from langgraph.types import Command, Send, interrupt

KINDS = ("echo", "inner", "ask", "fan")
PLAIN: tuple[Any, ...] = (
    None,
    True,
    7,
    2.5,
    "ein Wört",
    ["a", 1],
    {"k": {"n": [None]}},
)
RICH: tuple[Any, ...] = (
    *PLAIN,
    b"\x00bytes",
    ("a", "pair"),
    {3, 4},
    {5: "five"},
    uuid.UUID(int=7),
    datetime(2026, 1, 2, tzinfo=UTC),
    {"said": AIMessage("inside", id="m")},
    "x" * 3000,
)


class State(TypedDict):
    messages: Annotated[list[AnyMessage], add_messages]
    log: Annotated[
        list[AnyMessage], DeltaChannel(_messages_delta_reducer, snapshot_frequency=5)
    ]
    notes: Annotated[list[Any], operator.add]
    extra: Any


class Counted(TypedDict):
    notes: Annotated[list[Any], operator.add]


def build_random(seed: int, saver: Any, values: Sequence[Any] = RICH) -> Any:
    """Build the graph of a seed: two to four nodes in a line, some of them large."""
    rng = random.Random(seed)

    def echo(state: State) -> dict[str, Any]:
        reply = AIMessage(f"you said {state['messages'][-1].text}")
        extra = values[len(state["messages"]) % len(values)]
        return {"messages": [reply], "log": [reply], "extra": extra}

    def ask(state: State) -> dict[str, Any]:
        if "ask" not in state["messages"][-1].text:
            return {}
        first = interrupt({"question": "Really?"})
        return {"notes": [f"answered {first}"]}

    def leaf(given: Any) -> dict[str, Any]:
        return {"notes": [f"leaf {given['n']}"]}

    def fan(_: State) -> list[Send]:
        return [Send("leaf", {"n": n}) for n in range(rng_width)]

    rng_width = rng.randrange(1, 4)
    inner = StateGraph(Counted)
    inner.add_node("count", lambda _: {"notes": ["inner"]})
    inner.add_edge(START, "count")
    kinds = rng.sample(KINDS, rng.randrange(2, len(KINDS) + 1))
    graph = StateGraph(State)
    before = START
    for kind in kinds:
        if kind == "fan":
            graph.add_node("fan", lambda _: {"notes": ["fan"]})
            graph.add_node("leaf", leaf)
            graph.add_conditional_edges("fan", fan, ["leaf"])
        elif kind == "inner":
            keeps = rng.random() < 0.5 or None
            graph.add_node("inner", inner.compile(checkpointer=keeps))
        else:
            graph.add_node(kind, echo if kind == "echo" else ask)
        graph.add_edge(before, kind)
        before = kind
    graph.add_edge(before, END)
    return graph.compile(checkpointer=saver)


def live(graph: Any, rng: random.Random, thread: str, acts: int) -> None:
    """Let a thread live: turns, questions left open or answered, forks, updates."""
    config: Any = {"configurable": {"thread_id": thread}, "metadata": {"tenant": "a"}}
    for act in range(acts):
        state = graph.get_state(config)
        if state.interrupts and rng.random() < 0.7:
            graph.invoke(Command(resume=f"answer {act}"), config)
            continue
        past = list(graph.get_state_history(config))
        chance = rng.random()
        if past and chance < 0.15:
            graph.update_state(rng.choice(past).config, {"notes": [f"edit {act}"]})
        elif past and chance < 0.3:
            graph.invoke(_said(f"another way {act}"), rng.choice(past).config)
        else:
            words = "ask me" if rng.random() < 0.3 else f"turn {act}"
            graph.invoke(_said(f"{words} {thread}"), config)


def _said(text: str) -> dict[str, Any]:
    return {"messages": [("user", text)], "log": [("user", text)], "notes": []}

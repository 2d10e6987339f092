"""How many transactions a turn of a graph is on PostgreSQL."""

from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel, FakeListChatModel
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import Durability

from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions, InteractionsSaver
from tests.postgres import Server, fresh_schema
from tests.trips import Trips, counted, logging_server


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with logging_server() as running:
        yield running


@pytest.mark.parametrize(
    ("durability", "background", "expected"),
    [
        # LangGraph reads a checkpoint, and stores the input, and each of two steps
        # with the writes before it; the turn reads once, and writes once.
        pytest.param("async", False, Trips(reads=2, writes=6), id="default"),
        # LangGraph stores one checkpoint when it leaves.
        pytest.param("exit", False, Trips(reads=2, writes=2), id="exit"),
        # An intent, which run it is, its result, and that it is handed on.
        pytest.param("async", True, Trips(reads=2, writes=9), id="run"),
        pytest.param("exit", True, Trips(reads=2, writes=5), id="run, exit"),
    ],
)
def test_a_turn_of_a_thread_is_no_more_transactions_than_these(
    durability: Durability,
    background: bool,  # noqa: FBT001
    expected: Trips,
    server: Server,
    emulator: Emulator,
) -> None:
    model = ChatInteractions(
        model="gemini-3.5-flash",
        base_url=emulator.url,
        api_key="k",
        background=background,
        poll=(0.01, 0.01),
    )

    assert trips_of(model, durability, server) == expected


def test_a_turn_without_a_model_is_no_more_statements_than_these(
    server: Server,
) -> None:
    """Ours: what is written goes in one pipeline with the commit."""
    trips = trips_of(FakeListChatModel(responses=["Ada."]), "async", server)

    assert trips == Trips(reads=1, writes=5)
    assert trips.statements <= 45


def trips_of(model: BaseChatModel, durability: Durability, server: Server) -> Trips:
    """Count the transactions of the second turn of a thread."""
    graph = StateGraph(MessagesState)
    graph.add_node("chat", lambda said: {"messages": [model.invoke(said["messages"])]})
    graph.add_edge(START, "chat")
    thread: Any = {"configurable": {"thread_id": "chat"}}
    with fresh_schema(server.url) as url, InteractionsSaver(url) as saver:
        app: Any = graph.compile(checkpointer=saver)
        app.invoke({"messages": "My name is Ada."}, thread, durability=durability)
        with counted(server) as trips:
            app.invoke({"messages": "Who am I?"}, thread, durability=durability)
    return trips[0]

"""What a node was answered is stored when a database that went away has come back."""

import signal
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.messages import HumanMessage
from langgraph.graph import START, MessagesState, StateGraph

from interactions_core.exceptions import StoreError
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions, InteractionsSaver
from interactions_langgraph._saver.outages import OUTAGE_S, outlast
from tests.conftest import Clock
from tests.postgres import Server, running_server

THREAD: Any = {"configurable": {"thread_id": "1"}}


@pytest.fixture
def server() -> Iterator[Server]:
    with running_server() as running:
        yield running


def test_a_turn_is_paid_for_once_while_the_database_restarts(
    server: Server, emulator: Emulator
) -> None:
    """Ours: without waiting the run fails, and whoever asks again pays again."""
    restarts = [threading.Thread(target=server.start)]
    with InteractionsSaver(f"{server.url}?schema=s") as saver:
        model = ChatInteractions(
            model="gemini-3.5-flash", base_url=emulator.url, api_key="k"
        )

        def ask(state: MessagesState) -> Any:
            answer = model.invoke(state["messages"])
            server.stop(signal.SIGINT)
            restarts[0].start()
            return {"messages": [answer]}

        graph = StateGraph(MessagesState).add_node("ask", ask).add_edge(START, "ask")
        app = graph.compile(checkpointer=saver)

        app.invoke({"messages": [HumanMessage("Rome?")]}, THREAD)

        kept = app.get_state(THREAD)
        restarts[0].join()
        model.close()
    assert [message.type for message in kept.values["messages"]] == ["human", "ai"]
    assert (kept.next, kept.tasks) == ((), ())
    assert emulator.stats()["creates"] == 1


def test_a_database_that_stays_away_is_an_error_in_the_end(clock: Clock) -> None:
    away = StoreError("db", "away", "Wait.", retryable=True)
    tries: list[float] = []

    def act() -> None:
        tries.append(clock())
        raise away

    with pytest.raises(StoreError, match="away"):
        outlast(act, clock=clock, sleep=clock.sleep)

    assert OUTAGE_S - 2 <= tries[-1] - tries[0] <= OUTAGE_S


def test_an_error_that_stays_is_raised_at_once(clock: Clock) -> None:
    stays = StoreError("db", "full of nonsense", "Restore it.")

    def act() -> None:
        raise stays

    with pytest.raises(StoreError, match="nonsense"):
        outlast(act, clock=clock, sleep=clock.sleep)

    assert clock.slept == []

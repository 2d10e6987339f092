"""One model object for many conversations at the same time."""

import asyncio
import os
import threading
from collections import Counter
from typing import Any

import pytest
from langchain_core.runnables import RunnableLambda
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph

from tests.langgraph.watched import Watched, on

# The SDK alone takes some 20 ms of processor time for each request.
CONVERSATIONS = int(os.environ.get("CONVERSATIONS", "40"))


NAMES = [f"Ada{n:03}" for n in range(CONVERSATIONS)]


def turns_of(name: str) -> list[str]:
    return [f"My name is {name}.", f"My number is {len(name)}.", "What is my name?"]


def chat(model: Any) -> Any:
    def call(state: MessagesState) -> dict[str, Any]:
        return {"messages": [model.invoke(state["messages"])]}

    async def acall(state: MessagesState) -> dict[str, Any]:
        return {"messages": [await model.ainvoke(state["messages"])]}

    graph = StateGraph(MessagesState)
    graph.add_node("chat", RunnableLambda(call, acall))
    graph.add_edge(START, "chat")
    return graph.compile(checkpointer=InMemorySaver())


def test_many_threads_share_a_model_and_no_context(watched: Watched) -> None:
    model = watched.model()
    graph = chat(model)
    answers: dict[str, str] = {}

    def talk(name: str) -> None:
        for text in turns_of(name):
            state = graph.invoke({"messages": text}, on(name))
        answers[name] = state["messages"][-1].text

    threads = [threading.Thread(target=talk, args=(name,)) for name in NAMES]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == {name: f"Your name is {name}." for name in NAMES}
    counted = {"root": CONVERSATIONS, "continue": 2 * CONVERSATIONS}
    assert Counter(watched.reasons) == counted
    assert set(watched.steps_sent) == {1}


@pytest.mark.anyio
async def test_many_coroutines_share_a_model_and_no_context(watched: Watched) -> None:
    model = watched.model()
    graph = chat(model)

    async def talk(name: str) -> str:
        for text in turns_of(name):
            state = await graph.ainvoke({"messages": text}, on(name))
        return state["messages"][-1].text

    async with model:
        answers = await asyncio.gather(*map(talk, NAMES))

    assert answers == [f"Your name is {name}." for name in NAMES]
    counted = {"root": CONVERSATIONS, "continue": 2 * CONVERSATIONS}
    assert Counter(watched.reasons) == counted
    assert set(watched.steps_sent) == {1}

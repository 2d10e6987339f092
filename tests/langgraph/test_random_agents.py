"""Random agents: whatever edits, forks and branches there are, the server knows."""

import asyncio
import contextlib
import json
import os
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain.agents.middleware import (
    HumanInTheLoopMiddleware,
    SummarizationMiddleware,
)
from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    HumanMessage,
    RemoveMessage,
    messages_from_dict,
    messages_to_dict,
)
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.errors import GraphRecursionError
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.graph.message import REMOVE_ALL_MESSAGES
from langgraph.types import Command, Send

from interactions_core.stores.sqlite.store import SqliteStore
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions, InteractionsSaver
from tests.langgraph.agents import get_weather
from tests.langgraph.meddling import Dice, Meddler
from tests.langgraph.oracle import said_by
from tests.langgraph.watched import Call, Listener, assert_told, on

TURNS = int(os.environ.get("RANDOM_TURNS", "16"))
FIXED_SEEDS = (*range(4), 98480243)  # The last begins a list with a call.
# One run of the suite shares this name among its workers, the next has another.
_RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", "0")
NEW_SEEDS = tuple(random.Random(f"{_RUN}a{i}").randrange(10**9) for i in range(2))


@tool
def look_up(words: str) -> list[dict[str, str]]:
    """Look up words."""
    picture = {"type": "image", "base64": "aGVsbG8=", "mime_type": "image/png"}
    return [{"type": "text", "text": words}, picture]


@tool
def break_down(reason: str) -> str:
    """Fail for a reason."""
    return f"broken: {reason}"


class Branch(MessagesState):
    """One of the things that are asked at the same time."""

    aside: str


def build(model: ChatInteractions, dice: dict[str, Dice], saver: Any) -> Any:
    """Make an agent whose turns end in any number of questions at the same time."""
    agent = create_agent(
        model,
        [get_weather, look_up, break_down],
        middleware=[
            SummarizationMiddleware(
                model, trigger=("messages", 24), keep=("messages", 6)
            ),
            Meddler(dice),
            HumanInTheLoopMiddleware(interrupt_on={"break_down": True}),
        ],
    )

    def spread(state: MessagesState, config: RunnableConfig) -> list[Send] | str:
        chance = dice[config["configurable"]["thread_id"]]
        asides = chance.random.choice([0, 0, 0, 1, 2, 3])
        if asides > 1:
            chance.done["branches"] += 1
        heard = {"messages": state["messages"]}
        return [Send("aside", {**heard, "aside": f"{n}"}) for n in range(asides)] or END

    def aside(state: Branch) -> dict[str, Any]:
        question = HumanMessage(f"By the way, number {state['aside']}?")
        reply = model.invoke([*state["messages"], question])
        return {"messages": [question, reply]}

    graph = StateGraph(MessagesState)
    graph.add_node("agent", agent)
    graph.add_node("aside", aside)
    graph.add_edge(START, "agent")
    graph.add_conditional_edges("agent", spread, ["aside", END])
    return graph.compile(checkpointer=saver)


@dataclass
class Thread:
    """One conversation of two, tampered with between its turns."""

    name: str
    graph: Any
    dice: Dice

    def __post_init__(self) -> None:
        self.config = on(self.name)

    def tamper(self) -> None:
        history = self.graph.get_state(on(self.name)).values.get("messages", [])
        ways = [self.fork, self.edit, self.through_json, self.splice, self.remove]
        way = self.dice.take(*ways, chance=0.45)
        if way is not None and len(history) > 2:
            way(history)

    def fork(self, _: list[BaseMessage]) -> None:
        past = [
            state
            for state in self.graph.get_state_history(on(self.name), limit=9)
            if state.values.get("messages")
        ]
        self.config = self.dice.random.choice(past).config

    def edit(self, history: list[BaseMessage]) -> None:
        words = {"content": f"edited {self.dice.random.randrange(999)}"}
        self._update(self.dice.random.choice(history[-4:]).model_copy(update=words))

    def remove(self, history: list[BaseMessage]) -> None:
        self._update(RemoveMessage(id=str(self.dice.random.choice(history[-4:]).id)))

    def splice(self, _: list[BaseMessage]) -> None:
        self._update(HumanMessage("from elsewhere"), AIMessage("I am another model"))

    def through_json(self, history: list[BaseMessage]) -> None:
        text = json.dumps(messages_to_dict(history))
        same = messages_from_dict(json.loads(text))
        self._update(RemoveMessage(id=REMOVE_ALL_MESSAGES), *same)

    def _update(self, *messages: BaseMessage) -> None:
        values = {"messages": list(messages)}
        self.graph.update_state(on(self.name), values, as_node="__start__")

    def question(self) -> dict[str, Any]:
        dice = self.dice.random
        city, n = dice.choice(["Oslo", "Rome", "Lima"]), dice.randrange(1000)
        asked = [
            f"My lucky number is {n}.",
            "What is my lucky number?",
            f"call get_weather for {city}",
            f"call get_weather for {city} and for Paris",
            f"call look_up for '{city}'",
            f"call break_down because of '{city}'",
        ]
        return {"messages": [HumanMessage(dice.choice(asked))]}

    def decisions(self, state: Any) -> Any:
        """Approve, edit or reject what waits for a human."""
        waiting = state["__interrupt__"][0].value["action_requests"]
        rome = {"name": "break_down", "args": {"reason": "Rome"}}
        ways = [
            {"type": "approve"},
            {"type": "reject", "message": "No."},
            {"type": "edit", "edited_action": rome},
        ]
        chosen = [self.dice.random.choice(ways) for _ in waiting]
        self.dice.done.update(way["type"] for way in chosen)
        return Command(resume={"decisions": chosen})

    def turn(self) -> None:
        """Say one thing and see it through, in one of the ways to run a graph."""
        told, config = self._begin()
        # A history without its question can send the model round in circles.
        with contextlib.suppress(GraphRecursionError):
            while told is not None:
                if self.dice.random.random() < 0.5:
                    state = self.graph.invoke(told, config)
                else:
                    *_, state = self._streamed(told, config)
                config = on(self.name) | {"recursion_limit": 20}
                told = self.decisions(state) if "__interrupt__" in state else None

    def _begin(self) -> tuple[Any, dict[str, Any]]:
        self.tamper()
        config, self.config = self.config, on(self.name)
        return self.question(), config | {"recursion_limit": 20}

    def _streamed(self, told: Any, config: Any) -> Iterator[Any]:
        modes = ["messages", "values"]
        for mode, what in self.graph.stream(told, config, stream_mode=modes):
            if mode == "values":
                yield what

    async def aturn(self) -> None:
        told, config = self._begin()
        with contextlib.suppress(GraphRecursionError):
            while told is not None:
                state = await self.graph.ainvoke(told, config)
                config = on(self.name) | {"recursion_limit": 20}
                told = self.decisions(state) if "__interrupt__" in state else None


def assert_chained(calls: list[Call], store: SqliteStore) -> None:
    """Fail where an earlier answer in the thread was a better parent."""
    threads = {entry.key: scope.thread_id for scope, entry in store.ledger()}
    assert set(threads.values()) == {"a", "b"}
    known: list[tuple[str, str, list[Any]]] = []
    for messages, reply in calls:
        metadata = reply.response_metadata
        key, parent = metadata["interaction_id"], metadata["previous_interaction_id"]
        meant = said_by(messages)
        held = {
            name: len(said)
            for thread, name, said in known
            if thread == threads[key] and meant[: len(said)] == said
        }
        assert held.get(parent, 0) == max(held.values(), default=0), key
        known.append((threads[key], key, [*meant, *said_by([reply])]))


@pytest.mark.anyio
@pytest.mark.parametrize("seed", [*FIXED_SEEDS, *NEW_SEEDS])
async def test_server_knows_what_every_agent_means(
    seed: int, emulator: Emulator, tmp_path: Path
) -> None:
    store = SqliteStore(tmp_path / "state.db")
    saver: Any = InteractionsSaver(store) if seed % 2 else InMemorySaver()
    options: dict[str, Any] = {} if seed % 2 else {"sessions": store}
    heard = Listener()
    model = ChatInteractions(
        model="gemini-3.5-flash",
        api_key="k",
        base_url=emulator.url,
        callbacks=[heard],
        **options,
    )
    dice = {name: Dice(random.Random(f"{seed}{name}")) for name in "ab"}
    graph = build(model, dice, saver)
    one, two = (Thread(name, graph, dice[name]) for name in "ab")

    async with model:
        for turn in range(TURNS // 2):
            if turn % 2:
                await asyncio.gather(one.aturn(), two.aturn())
            else:
                one.turn()
                two.turn()
    model.close()

    assert_told(heard.calls, emulator, store)
    assert_chained(heard.calls, store)
    done = dice["a"].done + dice["b"].done
    reasons = Counter(
        reply.response_metadata["plan_reason"] for _, reply in heard.calls
    )
    print(f"seed {seed}: {dict(reasons)}; {dict(done)}")  # noqa: T201
    if seed in FIXED_SEEDS:
        assert reasons["continue"] >= sum(reasons.values()) / 4
        assert sum(done.values()) >= TURNS
    store.close()

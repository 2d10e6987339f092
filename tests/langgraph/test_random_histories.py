"""The digest decides: whatever happens to a history, the server answers from it."""

import base64
import contextlib
import json
import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    HumanMessage,
    RemoveMessage,
    SystemMessage,
    ToolMessage,
    messages_from_dict,
    messages_to_dict,
)
from langchain_core.runnables import RunnableLambda
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.errors import GraphRecursionError
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.graph.message import REMOVE_ALL_MESSAGES
from langgraph.prebuilt import ToolNode, tools_condition

from interactions_core.stores import SessionStore
from interactions_core.stores.sqlite.store import SqliteStore
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions, InteractionsSaver
from tests.langgraph.oracle import difference
from tests.oracle.contexts import Contexts

TURNS = int(os.environ.get("RANDOM_TURNS", "50"))
FIXED_SEEDS = tuple(range(8))
# One run of the suite shares this name among its workers, the next has another.
_RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", "0")
NEW_SEEDS = tuple(random.Random(f"{_RUN}{i}").randrange(10**9) for i in range(4))


@tool
def get_weather(city: str) -> str:
    """Get the weather of a city."""
    return f"{city}: 21 degrees"


@tool
def break_down(reason: str) -> str:
    """Fail for a reason."""
    raise ValueError(reason)


@tool
def take_picture(subject: str) -> list[dict[str, str]]:
    """Take a picture of a subject."""
    return [{"type": "text", "text": subject}, picture(subject.encode())]


def picture(content: bytes) -> dict[str, str]:
    data = base64.b64encode(content).decode()
    return {"type": "image", "base64": data, "mime_type": "image/png"}


@dataclass
class Seen:
    """Every model call: the list that was passed and the reply that came."""

    calls: list[tuple[list[BaseMessage], AIMessage]] = field(default_factory=list)
    view: Callable[[list[BaseMessage]], list[BaseMessage]] = lambda messages: messages
    stream: bool = False

    def take_view(self, messages: list[BaseMessage]) -> list[BaseMessage]:
        """Look through the view once: a cut list must not cut the tool loop too."""
        view, self.view = self.view, lambda messages: messages
        return view(messages)


class State(MessagesState):
    """The conversation."""


def build(model: ChatInteractions, seen: Seen, saver: Any) -> Any:
    tools = [get_weather, break_down, take_picture]
    bound = model.bind_tools(tools)

    def call(state: State) -> dict[str, Any]:
        messages = seen.take_view(state["messages"])
        if seen.stream:
            reply = sum_up(list(bound.stream(messages)))
        else:
            reply = bound.invoke(messages)
        seen.calls.append((messages, reply))
        return {"messages": [reply]}

    async def acall(state: State) -> dict[str, Any]:
        messages = seen.take_view(state["messages"])
        if seen.stream:
            reply = sum_up([chunk async for chunk in bound.astream(messages)])
        else:
            reply = await bound.ainvoke(messages)
        seen.calls.append((messages, reply))
        return {"messages": [reply]}

    graph = StateGraph(State)
    graph.add_node("model", RunnableLambda(call, acall))
    graph.add_node("tools", ToolNode(tools, handle_tool_errors=True))
    graph.add_edge(START, "model")
    graph.add_conditional_edges("model", tools_condition)
    graph.add_edge("tools", "model")
    return graph.compile(checkpointer=saver)


def sum_up(chunks: list[Any]) -> AIMessage:
    whole = chunks[0]
    for chunk in chunks[1:]:
        whole += chunk
    return AIMessage(
        content=whole.content,
        tool_calls=whole.tool_calls,
        response_metadata=whole.response_metadata,
        usage_metadata=whole.usage_metadata,
        id=whole.id,
    )


@dataclass
class Conversation:
    """One thread whose history is tampered with between turns."""

    graph: Any
    seen: Seen
    dice: random.Random
    config: dict[str, Any]
    done: Counter[str] = field(default_factory=Counter)

    def messages(self) -> list[BaseMessage]:
        return list(self.graph.get_state(self.config).values.get("messages", []))

    def update(self, *messages: BaseMessage) -> None:
        thread = {"configurable": {"thread_id": self.thread_id}}
        self.graph.update_state(
            self.config, {"messages": list(messages)}, as_node="__start__"
        )
        self.config = thread

    @property
    def thread_id(self) -> str:
        return self.config["configurable"]["thread_id"]

    def question(self) -> HumanMessage:
        city = self.dice.choice(["Oslo", "Rome", "Lima"])
        n = self.dice.randrange(1000)
        asked: list[Any] = [
            f"My lucky number is {n}.",
            "What is my lucky number?",
            f"call get_weather for {city}",
            f"call get_weather for {city} and for Paris",
            f"call break_down because of '{city}'",
            f"call take_picture of '{city}'",
            f"call take_picture of '{city}'",
            [{"type": "text", "text": f"see, {n}"}, picture(self.dice.randbytes(99))],
            [{"type": "text", "text": f"look, {n}"}, picture(self.dice.randbytes(99))],
            f"Tell me about {city} é \r\n\t {n} ",
        ]
        return HumanMessage(self.dice.choice(asked))

    def tamper(self) -> None:
        """Edit, trim, remove, fork, summarise, splice or send through JSON."""
        self.seen.view = lambda messages: messages
        history = self.messages()
        if len(history) < 4 or self.dice.random() > 0.55:
            return
        ways = [
            self.edit_recent,
            self.edit_recent,
            self.edit_picture,
            self.swap_roles,
            self.remove_recent,
            self.remove_recent,
            self.fork,
            self.fork,
            self.splice,
            self.splice_calls,
            self.through_json,
            self.through_json,
            self.trim,
            self.summarise,
            self.edit_anywhere,
        ]
        way = self.dice.choice(ways)
        way(history)
        self.done[way.__name__] += 1

    def edit_recent(self, history: list[BaseMessage]) -> None:
        self._edit(self.dice.choice(history[-4:]))

    def edit_picture(self, history: list[BaseMessage]) -> None:
        shown = [message for message in history if isinstance(message.content, list)]
        self._edit(shown[-1] if shown else history[-1])

    def swap_roles(self, history: list[BaseMessage]) -> None:
        said = [m for m in history if isinstance(m, AIMessage) and not m.tool_calls]
        for message in said[-1:]:
            self.update(HumanMessage(message.content, id=message.id))

    def edit_anywhere(self, history: list[BaseMessage]) -> None:
        self._edit(self.dice.choice(history))

    def _edit(self, message: BaseMessage) -> None:
        """Change one thing: a call's arguments, a failure, a picture, or the words."""
        changes: list[dict[str, Any]] = [
            {"content": f"edited {self.dice.randrange(1000)}"}
        ]
        if isinstance(message, AIMessage) and message.tool_calls:
            call = {**message.tool_calls[0], "args": {"city": "Elsewhere"}}
            changes = [{"tool_calls": [call, *message.tool_calls[1:]]}]
        if isinstance(message, ToolMessage):
            other = {"error": "success", "success": "error"}[message.status]
            changes += [{"status": other}, {"status": other}]
        if isinstance(message.content, list):
            shot = picture(self.dice.randbytes(9))
            changes += [{"content": [message.content[0], shot]}] * 2
        self.update(message.model_copy(update=self.dice.choice(changes)))

    def remove_recent(self, history: list[BaseMessage]) -> None:
        chosen = self.dice.sample(history[-4:], self.dice.randint(1, 2))
        self.update(*[RemoveMessage(id=str(message.id)) for message in chosen])

    def fork(self, _: list[BaseMessage]) -> None:
        past = [
            state
            for state in self.graph.get_state_history(self.config, limit=9)
            if state.values.get("messages")
        ]
        self.config = self.dice.choice(past).config

    def splice(self, _: list[BaseMessage]) -> None:
        self.update(HumanMessage("from elsewhere"), AIMessage("I am another model"))

    def splice_calls(self, _: list[BaseMessage]) -> None:
        call = f"foreign_{self.dice.randrange(10**6)}"
        self.update(
            AIMessage(
                "looking",
                tool_calls=[{"name": "lookup", "args": {"q": 1.0}, "id": call}],
            ),
            ToolMessage("found", tool_call_id=call, name="lookup"),
        )

    def through_json(self, history: list[BaseMessage]) -> None:
        text = json.dumps(messages_to_dict(history))
        self.update(
            RemoveMessage(id=REMOVE_ALL_MESSAGES),
            *messages_from_dict(json.loads(text)),
        )

    def trim(self, _: list[BaseMessage]) -> None:
        keep = self.dice.randint(2, 6)
        self.seen.view = lambda messages: messages[-keep:]

    def summarise(self, history: list[BaseMessage]) -> None:
        kept = [message.model_copy() for message in history[-2:]]
        self.update(
            RemoveMessage(id=REMOVE_ALL_MESSAGES),
            SystemMessage("Be brief."),
            HumanMessage("So far: they talked about the weather."),
            SystemMessage("The user is patient."),
            *kept,
        )


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path / "sessions.db")
    yield store
    store.close()


def savers(seed: int, store: SqliteStore) -> tuple[Any, dict[str, Any]]:
    """Take turns among the savers; ours brings the session store with it."""
    if seed % 3:
        return InteractionsSaver(store), {}
    return InMemorySaver(), {"sessions": store}


@pytest.mark.anyio
@pytest.mark.parametrize("seed", [*FIXED_SEEDS, *NEW_SEEDS])
async def test_server_context_always_equals_the_message_list(
    seed: int, emulator: Emulator, stores: SqliteStore
) -> None:
    dice = random.Random(seed)
    saver, options = savers(seed, stores)
    model = ChatInteractions(
        model="gemini-3.5-flash", api_key="k", base_url=emulator.url, **options
    )
    seen = Seen()
    graph = build(model, seen, saver)
    talk = Conversation(graph, seen, dice, {"configurable": {"thread_id": "t"}})

    async with model:
        for turn in range(TURNS):
            talk.tamper()
            seen.stream = dice.random() < 0.5
            before = len(seen.calls)
            message = {"messages": [talk.question()]}
            # A history without its question can send the model round in circles.
            config = talk.config | {"recursion_limit": 9}
            with contextlib.suppress(GraphRecursionError):
                if turn % 2:
                    await graph.ainvoke(message, config)
                else:
                    graph.invoke(message, config)
            talk.config = {"configurable": {"thread_id": "t"}}
            check(emulator, stores, seen.calls[before:], seed)
    model.close()

    chained = sum(
        bool(reply.response_metadata["previous_interaction_id"])
        for _, reply in seen.calls
    )
    tampered = sum(talk.done.values()) / TURNS
    print(  # noqa: T201
        f"seed {seed}: {len(seen.calls)} calls, {chained / len(seen.calls):.0%} chained,"
        f" {tampered:.0%} of {TURNS} turns tampered with: {dict(talk.done)}"
    )
    if seed in FIXED_SEEDS and TURNS >= 50:
        assert tampered >= 0.35
        assert chained / len(seen.calls) >= 0.75


def check(
    emulator: Emulator,
    store: SessionStore,
    calls: list[tuple[list[BaseMessage], AIMessage]],
    seed: int,
) -> None:
    """Hold the server's context of each call against the list that was passed."""
    contexts = Contexts(emulator, store)
    found = [difference(contexts, messages, reply) for messages, reply in calls]
    assert list(filter(None, found)) == [], f"seed {seed}"

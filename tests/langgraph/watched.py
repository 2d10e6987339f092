"""Models whose every call is held against what the server was told."""

import threading
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import LLMResult

from interactions_core import MemoryStore
from interactions_core.stores import SessionStore
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions
from tests.langgraph.oracle import difference
from tests.oracle.contexts import Contexts

Call = tuple[list[BaseMessage], AIMessage]
"""One model call: the list that was passed, and the reply that came."""


class Listener(BaseCallbackHandler):
    """Notes every answered call, also those that middleware makes by itself."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self._asked: dict[UUID, list[BaseMessage]] = {}
        self._lock = threading.Lock()

    def on_chat_model_start(
        self,
        _: dict[str, Any],
        messages: list[list[BaseMessage]],
        *,
        run_id: UUID,
        **__: Any,
    ) -> None:
        with self._lock:
            self._asked[run_id] = [message.model_copy() for message in messages[0]]

    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **_: Any) -> None:
        generation: Any = response.generations[0][0]
        with self._lock:
            self.calls.append(
                (self._asked.pop(run_id), generation.message.model_copy())
            )


class Watched:
    """Chat models on one emulator and one session store, listened to."""

    def __init__(self, make_model: Any, emulator: Emulator) -> None:
        self.store = MemoryStore()
        self._make_model = make_model
        self._emulator = emulator
        self._listener = Listener()

    def model(self, **options: Any) -> ChatInteractions:
        defaults = {"sessions": self.store, "callbacks": [self._listener]}
        return self._make_model(**defaults | options)

    @property
    def calls(self) -> list[Call]:
        return list(self._listener.calls)

    @property
    def reasons(self) -> list[str]:
        return [reply.response_metadata["plan_reason"] for _, reply in self.calls]

    @property
    def steps_sent(self) -> list[int]:
        """How many steps each call sent."""
        sent = _inputs(self._emulator)
        ids = [reply.response_metadata["interaction_id"] for _, reply in self.calls]
        return [len(sent[name]) for name in ids]

    def check(self) -> None:
        """Hold the server's context of each call against the list that was passed."""
        assert_told(self.calls, self._emulator, self.store)


def say(graph: Any, text: Any, thread: str = "t") -> AIMessage:
    """Say one thing in a thread and return the last message."""
    return graph.invoke({"messages": [("user", text)]}, on(thread))["messages"][-1]


def on(thread: str) -> dict[str, Any]:
    return {"configurable": {"thread_id": thread}}


def assert_told(calls: Sequence[Call], emulator: Emulator, store: SessionStore) -> None:
    """Fail where the server holds anything else than what a call was passed."""
    contexts = Contexts(emulator, store)
    found = [difference(contexts, messages, reply) for messages, reply in calls]
    assert list(filter(None, found)) == []


def _inputs(emulator: Emulator) -> dict[str, list[Any]]:
    return {
        row["interaction"]: row["body"]["input"]
        for row in emulator.requests()
        if row["method"] == "POST" and row["interaction"]
    }

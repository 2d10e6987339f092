"""Conversations in LangGraph's own SqliteSaver, with all that a thread can have."""

import dataclasses
import operator
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated, Any, TypedDict

from langchain_core.messages import AnyMessage
from langgraph.channels.delta import DeltaChannel
from langgraph.checkpoint.base.id import uuid6
from langgraph.checkpoint.serde.base import CipherProtocol, SerializerProtocol
from langgraph.checkpoint.serde.encrypted import EncryptedSerializer
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import START, StateGraph
from langgraph.graph.message import _messages_delta_reducer, add_messages
from langgraph.types import interrupt

from interactions_langgraph import ChatInteractions

TURNS = 50


class State(TypedDict):
    messages: Annotated[list[AnyMessage], add_messages]
    log: Annotated[list[AnyMessage], DeltaChannel(_messages_delta_reducer)]
    notes: Annotated[list[str], operator.add]
    turns: int


class Counted(TypedDict):
    turns: int


def build(model: ChatInteractions, saver: Any) -> Any:
    """Build a graph that talks, keeps a delta channel, and asks when it is told to."""

    def count(state: Counted) -> dict[str, Any]:
        return {"turns": state.get("turns", 0) + 1}

    inner = StateGraph(Counted)
    inner.add_node("count", count)
    inner.add_edge(START, "count")

    def chat(state: State) -> dict[str, Any]:
        if state["messages"][-1].text == "Ask me.":
            answer = interrupt("Really?")
            return {"notes": [f"they said {answer}"]}
        reply = model.invoke(state["messages"])
        return {"messages": [reply], "log": [reply]}

    graph = StateGraph(State)
    graph.add_node("chat", chat)
    graph.add_node("inner", inner.compile(checkpointer=True))
    graph.add_edge(START, "chat")
    graph.add_edge("chat", "inner")
    return graph.compile(checkpointer=saver)


def said(text: str) -> dict[str, Any]:
    return {"messages": [("user", text)], "log": [("user", text)], "notes": []}


def talk_for_long(model: ChatInteractions, saver: Any) -> None:
    """Fill a thread: fifty turns, a fork, an update, and a question left open."""
    graph = build(model, saver)
    thread: Any = {
        "configurable": {"thread_id": "long"},
        "metadata": {"tenant": "acme"},
    }
    graph.invoke(said("My order number is 7731."), thread)
    early = graph.get_state(thread).config
    for turn in range(1, TURNS):
        graph.invoke(said(f"This is turn {turn}."), thread)
    newest = graph.get_state(thread).config
    graph.invoke(said("Another way."), early)
    graph.update_state(early, {"notes": ["edited"]})
    graph.invoke(said("Ask me."), newest)
    short: Any = {"configurable": {"thread_id": "short"}}
    graph.invoke(said("Just this."), short)


@contextmanager
def sqlite_saver(
    path: Path, serde: SerializerProtocol | None = None
) -> Iterator[SqliteSaver]:
    with closing(sqlite3.connect(path, check_same_thread=False)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        yield SqliteSaver(connection, serde=serde)


def everything(saver: Any) -> dict[tuple[str, str, str], tuple[Any, ...]]:
    """Return all checkpoints that a saver returns, by thread, namespace and id."""
    found: dict[tuple[str, str, str], tuple[Any, ...]] = {}
    for each in saver.list(None):
        at = each.config["configurable"]
        key = at["thread_id"], at["checkpoint_ns"], at["checkpoint_id"]
        parent = (each.parent_config or {}).get("configurable", {}).get("checkpoint_id")
        found[key] = (each.checkpoint, each.metadata, parent, each.pending_writes)
    return found


def put_some(
    saver: Any, thread: str, values: Sequence[Any], *, namespace: str = ""
) -> list[str]:
    """Put a line of checkpoints by hand, each with a write; return their ids."""
    config: Any = {"configurable": {"thread_id": thread, "checkpoint_ns": namespace}}
    ids: list[str] = []
    for n, value in enumerate(values):
        checkpoint: Any = {
            "v": 4,
            "id": str(uuid6()),
            "ts": "2026-01-01T00:00:00+00:00",
            "channel_values": {"c": value},
            "channel_versions": {"c": f"{n + 1:032}.5"},
            "versions_seen": {},
        }
        metadata: Any = {"source": "loop", "step": n, "parents": {}}
        versions = checkpoint["channel_versions"]
        config = saver.put(config, checkpoint, metadata, versions)
        saver.put_writes(config, [("c", value)], f"task {n}", "path")
        ids.append(checkpoint["id"])
    return ids


@dataclasses.dataclass
class Sized:
    size: int


@dataclasses.dataclass
class Named:
    name: str


class Forgetful(JsonPlusSerializer):
    """A serializer that reads numbers back as other ones."""

    def loads_typed(self, data: tuple[str, bytes]) -> Any:
        found = super().loads_typed(data)
        return found + 1 if type(found) is int else found


class TurnedBits(CipherProtocol):
    """Encryption enough for a test."""

    def encrypt(self, plaintext: bytes) -> tuple[str, bytes]:
        return "turned", bytes(byte ^ 0xFF for byte in plaintext)

    def decrypt(self, ciphername: str, ciphertext: bytes) -> bytes:
        assert ciphername == "turned"
        return bytes(byte ^ 0xFF for byte in ciphertext)


def encrypted() -> EncryptedSerializer:
    return EncryptedSerializer(TurnedBits())

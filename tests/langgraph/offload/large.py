"""Conversations with large payloads, and looks for them on disk."""

import base64
import os
import random
from pathlib import Path
from typing import Annotated, Any, TypedDict

from langchain_core.messages import AnyMessage, HumanMessage
from langgraph.graph import START, StateGraph
from langgraph.graph.message import add_messages

from interactions_core.client.connection import Connection
from interactions_langgraph import ChatInteractions, InteractionsSaver
from tests.langgraph.checkpoints import bytes_in
from tests.patience import PATIENCE_S

LEAST = 2048
DAY_S = 86_400.0
KILLS = int(os.environ.get("OFFLOAD_CRASHES", "12"))


def words(seed: int, size: int = 20_000) -> str:
    """Return a text that no other one has a part of."""
    return random.Random(seed).randbytes(size // 2).hex()


DOCUMENT, LATER = words(1), words(2)
PICTURE = base64.b64encode(
    b"\x89PNG\r\n\x1a\n" + random.Random(3).randbytes(9000)
).decode()


class State(TypedDict):
    messages: Annotated[list[AnyMessage], add_messages]
    source: str


def chat(model: Any, saver: InteractionsSaver) -> Any:
    def answer(state: State) -> dict[str, Any]:
        return {"messages": [model.invoke(state["messages"])]}

    graph = StateGraph(State).add_node(answer).add_edge(START, "answer")
    return graph.compile(checkpointer=saver)


def open_saver(url: object, server: str, **options: Any) -> InteractionsSaver:
    connection = Connection(base_url=server, api_key="k", timeout_s=PATIENCE_S)
    given: dict[str, Any] = {"connection": connection, "offload": LEAST}
    return InteractionsSaver(url, **given | options)  # pyright: ignore[reportArgumentType]


def thread(name: str = "t") -> Any:
    return {"configurable": {"thread_id": name}}


def talk(model: ChatInteractions, saver: InteractionsSaver, name: str = "t") -> Any:
    """Say three things, the first two of them large, and get a large reply."""
    graph = chat(model, saver)
    picture = {"type": "image", "base64": PICTURE, "mime_type": "image/png"}
    asked = HumanMessage([{"type": "text", "text": f"Read: {DOCUMENT}"}, picture])
    said: Any = {"messages": [asked], "source": DOCUMENT}
    graph.invoke(said, thread(name))
    graph.invoke({"messages": [HumanMessage(LATER)]}, thread(name))
    graph.invoke({"messages": [HumanMessage("Thanks.")]}, thread(name))
    return graph


def holds(folder: Path, text: str) -> bool:
    """Look for any part of a text; SQLite spreads a long one over pages."""
    found = bytes_in(folder / "state")
    parts = (text[at : at + 400] for at in range(0, len(text) - 400, 400))
    return any(part.encode() in found for part in parts)


def held_in(folder: Path) -> dict[str, bool]:
    texts = {"D": DOCUMENT, "L": LATER, "P": PICTURE}
    return {name: holds(folder, text) for name, text in texts.items()}


def again(saver: InteractionsSaver, server: str, **options: Any) -> InteractionsSaver:
    """Open the same file with nothing remembered."""
    saver.close()
    return open_saver(saver.sessions.url, server, **options)


def look() -> str:
    """Look."""
    return LATER

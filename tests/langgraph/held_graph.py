"""A graph whose call suspends it; a file named `hold` has a node hold it for ever."""

import sys
import time
from pathlib import Path
from typing import Any

from langgraph.graph import START, MessagesState, StateGraph

from interactions_langgraph import ChatInteractions, InteractionsSaver


def make_app() -> Any:
    """Compile it over the store in the working directory."""
    model = ChatInteractions(model="gemini-3.5-flash", background="suspend")

    def ask(state: MessagesState) -> dict[str, Any]:
        answer = model.invoke(state["messages"])
        _hold("ask")
        return {"messages": [answer]}

    def later(_: MessagesState) -> dict[str, Any]:
        _hold("later")
        return {"messages": ["Done."]}

    built = StateGraph(MessagesState).add_node("ask", ask).add_node("later", later)
    built = built.add_edge(START, "ask").add_edge("ask", "later")
    return built.compile(checkpointer=InteractionsSaver("sqlite:///state.db"))


def _hold(name: str) -> None:
    if Path("hold").exists() and Path("hold").read_text() == name:
        sys.stdout.write("held\n")
        sys.stdout.flush()
        time.sleep(1e6)

"""A graph whose one call suspends it; the store and the service are the environment's."""

import os
from typing import Any

from langgraph.graph import START, MessagesState, StateGraph

from interactions_langgraph import ChatInteractions, InteractionsSaver

AT: Any = {"configurable": {"thread_id": "traced"}}

model = ChatInteractions(model="gemini-3.5-flash", background="suspend")


def ask(state: MessagesState) -> Any:
    return {"messages": [model.invoke(state["messages"])]}


built = StateGraph(MessagesState).add_node("ask", ask).add_edge(START, "ask")
app = built.compile(checkpointer=InteractionsSaver(os.environ["TRACED_STORE"]))

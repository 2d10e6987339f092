"""The graph of the app, the watcher and the receiver: a call that suspends it."""

import os

from langgraph.graph import START, MessagesState, StateGraph

from interactions_langgraph import ChatInteractions, InteractionsSaver

model = ChatInteractions(model="gemini-3.5-flash", background="suspend")


async def ask(state: MessagesState):
    return {"messages": [await model.ainvoke(state["messages"])]}


built = StateGraph(MessagesState).add_node("ask", ask).add_edge(START, "ask")
saver = InteractionsSaver(os.environ["INTERACTIONS_SESSIONS"])
graph = built.compile(checkpointer=saver)

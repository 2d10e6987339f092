"""A graph without a checkpointer of its own: the server brings it."""

from langgraph.graph import START, MessagesState, StateGraph

from interactions_langgraph import ChatInteractions

model = ChatInteractions(model="gemini-3.8-flash")


async def chat(state: MessagesState):
    return {"messages": [await model.ainvoke(state["messages"])]}


graph = StateGraph(MessagesState).add_node(chat).add_edge(START, "chat").compile()

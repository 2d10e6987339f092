"""The chat model chains its calls behind any checkpointer, here LangGraph's in memory.

`sessions` says where it remembers the server's sessions. With `options = {}` this runs
on the real API with GEMINI_API_KEY.
"""

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph

from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions


def main():
    with Emulator() as server:
        options = {"base_url": server.url, "api_key": "any"}
        model = ChatInteractions(
            model="gemini-3.8-flash", sessions="memory:any_checkpointer", **options
        )
        graph = StateGraph(MessagesState)
        graph.add_node("chat", lambda s: {"messages": [model.invoke(s["messages"])]})
        graph.add_edge(START, "chat")
        chat = graph.compile(checkpointer=InMemorySaver())

        thread = {"configurable": {"thread_id": "1"}}
        chat.invoke({"messages": "My name is Ada."}, thread)
        state = chat.invoke({"messages": "What is my name?"}, thread)
        _, first, _, second = state["messages"]
        print(second.text, second.response_metadata["plan_reason"])

        assert "Ada" in second.text
        assert (
            second.response_metadata["previous_interaction_id"]
            == first.response_metadata["interaction_id"]
        )


if __name__ == "__main__":
    main()

"""A graph keeps its conversation on the server; the second turn sends one step.

Runs on the emulator as it is; without `base_url` and `api_key` it runs on the real API
with GEMINI_API_KEY.
"""

from langgraph.graph import START, MessagesState, StateGraph

from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions, InteractionsSaver


def main():
    with (
        Emulator() as server,
        InteractionsSaver.from_conn_string("sqlite:///:memory:") as saver,
    ):
        model = ChatInteractions(
            model="gemini-3.8-flash", base_url=server.url, api_key="any"
        )
        graph = StateGraph(MessagesState)
        graph.add_node("chat", lambda s: {"messages": [model.invoke(s["messages"])]})
        graph.add_edge(START, "chat")
        chat = graph.compile(checkpointer=saver)

        thread = {"configurable": {"thread_id": "1"}}
        chat.invoke({"messages": "My name is Ada."}, thread)
        reply = chat.invoke({"messages": "What is my name?"}, thread)["messages"][-1]
        print(reply.text, reply.response_metadata["plan_reason"])

        assert reply.text == "Your name is Ada."
        assert len(server.requests()[-1]["body"]["input"]) == 1


if __name__ == "__main__":
    main()

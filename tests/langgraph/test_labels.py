"""Who asked is kept beside each answer: the node of the graph."""

from langgraph.graph import START, MessagesState, StateGraph

from interactions_core.records.labels import Label
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions, InteractionsSaver


def test_the_node_that_asks_is_named_in_the_store(emulator: Emulator) -> None:
    with InteractionsSaver("sqlite:///:memory:") as saver:
        model = ChatInteractions(
            model="gemini-3.5-flash", base_url=emulator.url, api_key="k"
        )

        def write(state: MessagesState) -> dict[str, object]:
            return {"messages": model.invoke(state["messages"])}

        graph = StateGraph(MessagesState)
        graph.add_node("writer", write)
        graph.add_edge(START, "writer")
        compiled = graph.compile(checkpointer=saver)
        compiled.invoke(
            {"messages": "Write a line."}, {"configurable": {"thread_id": "1"}}
        )

        [one] = saver.sessions.list_conversations().found

    assert one.label == Label(framework="langgraph", name="writer")

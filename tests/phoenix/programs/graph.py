"""LangGraph: a talk with a tool and a stream, a managed agent, and a killed run."""

from typing import Any

from langchain.agents import create_agent
from langgraph.graph import START, MessagesState, StateGraph

from interactions_langgraph import ChatInteractions, InteractionsSaver
from tests.phoenix.programs.setting import (
    MODEL,
    RESEARCHER,
    Setting,
    get_weather,
    traced,
)


def talk(setting: Setting) -> None:
    model = ChatInteractions(model=MODEL, **_place(setting))
    with InteractionsSaver(setting.sessions) as saver:
        graph: Any = create_agent(model, [get_weather], checkpointer=saver)
        graph.invoke(_said("My name is Ada."), _thread("graph-talk"))
        graph.invoke(_said("Call get_weather for Paris."), _thread("graph-talk"))
        asked = _said("What is my name?")
        pieces = graph.stream(asked, _thread("graph-talk"), stream_mode="messages")
        assert [*pieces]


def research(setting: Setting) -> None:
    """Ask an agent; asked again in another process, it goes on with the same run."""
    model = ChatInteractions(agent=RESEARCHER, poll=(0.2, 0.5), **_place(setting))
    graph = StateGraph(MessagesState)
    graph.add_node("ask", lambda state: {"messages": [model.invoke(state["messages"])]})
    graph.add_edge(START, "ask")
    thread = f"graph-{setting.scene}"
    with InteractionsSaver(setting.sessions) as saver:
        compiled: Any = graph.compile(checkpointer=saver)
        begun = compiled.get_state(_thread(thread)).next
        asked = None if begun else _said("The history of TPUs")
        compiled.invoke(asked, _thread(thread))


def _place(setting: Setting) -> dict[str, Any]:
    """Say where the server is; a graph with a checkpointer has its store from it."""
    return {key: value for key, value in setting.place.items() if key != "sessions"}


def _said(text: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": text}]}


def _thread(name: str) -> dict[str, Any]:
    return {"configurable": {"thread_id": name}}


if __name__ == "__main__":
    with traced() as here:
        talk(here) if here.scene == "talk" else research(here)

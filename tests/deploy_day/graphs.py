"""The LangGraph half: one graph for chats, jobs that are waited for, and suspended ones.

`resumed` is what a watcher is told to resume; its settings come from `DEPLOY_DAY`.
"""

import json
import os
from collections.abc import Mapping
from typing import Any, Final

from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool
from langgraph.graph import END, START, MessagesState, StateGraph

from interactions_langgraph import ChatInteractions, InteractionsSaver
from tests.deploy_day.ledger import NAME, VARIABLE, Ledger
from tests.langgraph.oracle import said_by

_BACKGROUND: Final[dict[str, Any]] = {"chat": None, "job": True, "suspend": "suspend"}


class State(MessagesState):
    """A conversation, and how its answers come."""

    kind: str


@tool
def look_up(word: str) -> str:
    """Look a word up."""
    return f"{word} is a word"


class Conversations:
    """Threads of one graph, kept by a saver of our own."""

    def __init__(self, settings: Mapping[str, Any], ledger: Ledger) -> None:
        self._ledger = ledger
        self.saver = InteractionsSaver(settings["sessions"])
        options = settings["options"]
        self._models = {
            kind: ChatInteractions(
                model="gemini-3.5-flash",
                background=background,
                poll=(0.2, 1.0),
                on_lost_submit="resubmit",
                **options,
            )
            for kind, background in _BACKGROUND.items()
        }
        graph = StateGraph(State).add_node("ask", self._ask).add_node("use", _use)
        graph.add_edge(START, "ask").add_conditional_edges("ask", _next)
        self.app = graph.add_edge("use", "ask").compile(checkpointer=self.saver)

    def ask(self, thread: str, kind: str, call: str, text: str) -> str | None:
        """Answer a question, or go on with it; `None` where the thread is suspended.

        Whoever died while answering it has left the thread anywhere in between.
        """
        config: Any = {"configurable": {"thread_id": thread}}
        known = self.app.get_state(config)
        if kind == "look":
            return self._answer(known, call)
        if kind == "go on" and known.tasks:
            self.app.invoke(None, config)
            return self._answer(self.app.get_state(config), call)
        asked: Any = {"messages": [HumanMessage(text, id=call)], "kind": kind}
        # Not `next`: that leaves out what has ended and is in no checkpoint yet, and
        # which LangGraph would drop for another message.
        if not known.tasks and self._answer(known, call) is None:
            self.app.invoke(asked, config)
        elif known.tasks and not known.interrupts:
            self.app.invoke(None, config)
        return self._answer(self.app.get_state(config), call)

    def close(self) -> None:
        for model in self._models.values():
            model.close()
        self.saver.close()

    def _answer(self, known: Any, call: str) -> str | None:
        said = known.values.get("messages", [])
        names = [message.id for message in said]
        if known.tasks or call not in names or said[-1].type != "ai":
            return None
        return said[-1].text

    def _ask(self, state: State) -> Any:
        said = state["messages"]
        [call] = NAME.findall(said[-1].text)
        self._ledger.note("asked", call, list=said_by(said))
        answer = self._models[state["kind"]].bind_tools([look_up]).invoke(said)
        self._ledger.note("answered", call, text=answer.text)
        return {"messages": [answer]}


def _next(state: State) -> str:
    return "use" if state["messages"][-1].tool_calls else END


def _use(state: State) -> Any:
    *_, question, asking = state["messages"]
    call = "r" + str(question.id)[1:]
    return {
        "messages": [
            ToolMessage(
                f"{look_up.invoke(each['args'])}, says {call}", tool_call_id=each["id"]
            )
            for each in asking.tool_calls
        ]
    }


def resumed() -> Any:
    """Return the graph whose threads a watcher resumes."""
    settings = json.loads(os.environ[VARIABLE])
    ledger = Ledger(settings["ledger"], settings["pod"])
    return Conversations(settings, ledger).app

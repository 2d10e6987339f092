"""A process that chats until it is told to end, and prints a line for each turn.

python -m tests.versions.worker SESSIONS BASE_URL NAME STOP_FILE [next]
"""

import itertools
import json
import sys
import time
from pathlib import Path
from typing import Any

from langchain_core.messages import AIMessage, HumanMessage
from langgraph.graph import START, MessagesState, StateGraph

import interactions_core
from interactions_langgraph import ChatInteractions, InteractionsSaver


class TimedSaver(InteractionsSaver):
    """Notes how long its writes took, in seconds."""

    longest = 0.0

    def put(self, *arguments: Any) -> Any:
        began = time.perf_counter()
        put = super().put(*arguments)
        self._note(began)
        return put

    def put_writes(self, *arguments: Any, **named: Any) -> None:
        began = time.perf_counter()
        super().put_writes(*arguments, **named)
        self._note(began)

    def _note(self, began: float) -> None:
        self.longest = max(self.longest, time.perf_counter() - began)


def main() -> None:
    """Take turns, half of them in a graph and half by hand."""
    sessions, base_url, name, stop_file = sys.argv[1:5]
    saver = TimedSaver(sessions)
    if "next" in sys.argv[5:]:
        from tests.contract.next_release import fill  # noqa: PLC0415

        fill(saver.sessions)  # pyright: ignore[reportArgumentType]
    model = ChatInteractions(
        model="gemini-3.5-flash", base_url=base_url, api_key="k", max_retries=0
    )

    def chat(state: MessagesState) -> dict[str, Any]:
        return {"messages": [model.invoke(state["messages"])]}

    graph = StateGraph(MessagesState)
    graph.add_node("chat", chat)
    graph.add_edge(START, "chat")
    compiled = graph.compile(checkpointer=saver)
    by_hand = ChatInteractions(
        model="gemini-3.5-flash",
        base_url=base_url,
        api_key="k",
        max_retries=0,
        sessions=saver.sessions,
        session_id=name,
    )
    say(ready=interactions_core.__file__)
    stop = Path(stop_file)
    for number in itertools.count():
        config: Any = {"configurable": {"thread_id": f"{name} {number}"}}
        messages: list[Any] = []
        for question in (f"My name is {name} {number}.", "What is my name?"):
            began = time.perf_counter()
            if number % 2:
                messages.append(HumanMessage(question))
                reply = by_hand.invoke(messages)
                messages.append(reply)
            else:
                asked: Any = {"messages": question}
                reply = compiled.invoke(asked, config)["messages"][-1]
            assert isinstance(reply, AIMessage)
            say(turn_s=time.perf_counter() - began, write_s=saver.longest)
            saver.longest = 0.0
        # The last of the two goes on from the first, whoever has recorded that.
        assert f"{name} {number}" in reply.text, reply.text
        assert reply.response_metadata["plan_reason"] == "continue"
        if stop.exists():
            break
    saver.close()
    say(over=True)


def say(**told: object) -> None:
    print(json.dumps(told), flush=True)  # noqa: T201 - to the conductor


if __name__ == "__main__":
    main()

"""Graphs of one node that asks in the background, for tests of its second run."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from langchain_core.messages import HumanMessage, SystemMessage
from langgraph.graph import START, MessagesState, StateGraph

from interactions_core.exceptions import RequestError
from interactions_core.records.jobs.job import Job
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions, InteractionsSaver
from tests.conftest import Clock

LONG_S = 60.0
NOTHING: Any = {"messages": []}
AT: Any = {"configurable": {"thread_id": "1"}}


def graph(node: Any, saver: Any, **options: Any) -> Any:
    built = StateGraph(MessagesState).add_node("ask", node, **options)
    return built.add_edge(START, "ask").compile(checkpointer=saver)


def said(system: str, question: str = "TPUs?") -> list[Any]:
    """Return the same list under a system text."""
    return [SystemMessage(system), HumanMessage(question)]


def ask(model: Any, *systems: str) -> Callable[[MessagesState], Any]:
    """Make a node that asks one question under each system text."""

    def node(_: MessagesState) -> Any:
        return {"messages": [model.invoke(said(system)) for system in systems]}

    return node


def run_of(message: Any) -> str:
    return message.response_metadata["interaction_id"]


@dataclass
class Bench:
    """Models whose runs take a minute, which passes without waiting."""

    make_model: Callable[..., ChatInteractions]
    emulator: Emulator
    clock: Clock
    saver: InteractionsSaver

    def __post_init__(self) -> None:
        self.emulator.script([{"reply": {"text": "Done.", "wait_s": LONG_S}}])

    def model(self, **options: Any) -> ChatInteractions:
        model = self.make_model(**{"background": True, "sessions": None} | options)
        drivers = model._ready()
        drivers.sync.sleep, drivers.awaited.sleep = self.pause, self.apause
        return model

    def pause(self, seconds: float) -> None:
        self.clock.sleep(seconds)
        self.emulator.advance(seconds)

    async def apause(self, seconds: float) -> None:
        self.pause(seconds)

    def graph(self, node: Any, **options: Any) -> Any:
        return graph(node, self.saver, **options)

    def break_looks(self, number: int = 1) -> None:
        """Have the next looks at runs fail, so that their calls leave them."""
        self.emulator.fault(on="get", times=number, do={"status": 401})

    def leave(self, app: Any, given: Any = NOTHING) -> Job:
        """Run a node that leaves the run of its first call on its way, and fails."""
        self.break_looks()
        return self.fail(app, given)

    def fail(self, app: Any, given: Any = NOTHING) -> Job:
        """Run a node that fails, and return the last job that it has begun."""
        with pytest.raises(RequestError, match="its job is kept"):
            app.invoke(given, AT)
        self.emulator.clear_faults()
        return self.jobs[-1]

    @property
    def jobs(self) -> list[Job]:
        return self.saver.sessions.list_jobs()

    @property
    def bodies(self) -> dict[str, Any]:
        """What was asked, by the interaction that it began."""
        rows = self.emulator.requests()
        return {
            row["interaction"]: row["body"]
            for row in rows
            if row["method"] == "POST" and row["path"].endswith("/interactions")
        }

    @property
    def cancelled(self) -> list[str]:
        paths = [row["path"] for row in self.emulator.requests()]
        return [path.split("/")[-2] for path in paths if path.endswith("/cancel")]

    @property
    def counts(self) -> tuple[int, int]:
        """How many runs were begun, and how many cancelled."""
        return len(self.bodies), len(self.cancelled)

"""What a model can learn of the LangGraph run that it is called in."""

from dataclasses import dataclass

from langgraph.config import get_config

from interactions_core.stores import SessionStore


@dataclass(frozen=True, slots=True)
class GraphRun:
    """The run around a model call.

    Attributes:
        thread_id: The conversation; "" outside a graph or without a checkpointer.
        sessions: The session store of the graph's `InteractionsSaver`, if it has one.
    """

    thread_id: str = ""
    sessions: SessionStore | None = None


def graph_run() -> GraphRun:
    """Look at the run around this call; outside a graph there is nothing to see."""
    try:
        configurable = get_config().get("configurable", {})
    except RuntimeError:
        return GraphRun()
    # LangGraph has no public accessor for the checkpointer of a run.
    saver = configurable.get("__pregel_checkpointer")
    thread_id = configurable.get("thread_id")
    return GraphRun(
        thread_id="" if thread_id is None else str(thread_id),
        sessions=getattr(saver, "sessions", None),
    )

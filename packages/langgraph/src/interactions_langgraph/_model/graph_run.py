"""What a model can learn of the LangGraph run that it is called in."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.config import get_config
from langgraph.runtime import ExecutionInfo, get_runtime

from interactions_core.adapter import GraphPosition, SessionStore


@dataclass(frozen=True, slots=True)
class GraphRun:
    """The run around a model call.

    Attributes:
        thread_id: The conversation; "" outside a graph or without a checkpointer.
        sessions: The session store of the graph's `InteractionsSaver`, if it has one.
        saver: The graph's checkpointer, if it has one.
        config: The config of the run.
    """

    thread_id: str = ""
    sessions: SessionStore | None = None
    saver: Any = None
    config: RunnableConfig = field(default_factory=RunnableConfig)

    @property
    def node(self) -> str:
        """The node that asks; "" outside a graph."""
        return self.config.get("metadata", {}).get("langgraph_node") or ""

    def has_moved_on(self, position: GraphPosition) -> bool:
        """Tell whether the thread has a checkpoint after a position.

        Checkpoint ids sort by time, also those of different namespaces: a subgraph is
        over when its parent has moved on.
        """
        return any(
            self._latest(namespace) > position.checkpoint_id
            for namespace in _around(position.namespace)
        )

    def is_late(self) -> bool:
        """Tell whether the checkpoints were deleted that the run goes on from."""
        asks = getattr(self.saver, "is_late", None)
        return bool(asks is not None and asks(self.config))

    def _latest(self, namespace: str) -> str:
        where = {"thread_id": self.thread_id, "checkpoint_ns": namespace}
        found = self.saver.get_tuple({"configurable": where})
        return found.config["configurable"]["checkpoint_id"] if found else ""


def current_run() -> GraphRun:
    """Return the run around this call; an empty one outside a graph."""
    try:
        config = get_config()
    except RuntimeError:
        return GraphRun()
    configurable = config.get("configurable", {})
    # LangGraph has no public accessor for the checkpointer of a run.
    saver = configurable.get("__pregel_checkpointer")
    thread_id = configurable.get("thread_id")
    return GraphRun(
        thread_id="" if thread_id is None else str(thread_id),
        sessions=getattr(saver, "sessions", None),
        saver=saver,
        config=config,
    )


def current_execution() -> ExecutionInfo | None:
    """Return which run of which node this is, where there is one."""
    try:
        get_config()
    except RuntimeError:
        return None
    return get_runtime().execution_info


def has_answers(config: RunnableConfig) -> bool:
    """Tell whether a node is run again because an interrupt of it was answered.

    LangGraph has no public accessor for the answers that a run is given.
    """
    pad = config.get("configurable", {}).get("__pregel_scratchpad")
    if getattr(pad, "resume", None):
        return True
    ask = getattr(pad, "get_null_resume", None)
    return callable(ask) and ask() is not None


def namespace_of(info: ExecutionInfo) -> str:
    """Return the namespace of the checkpoints that a task's graph writes.

    LangGraph: a task's own namespace is that of its graph and one more part.
    """
    return info.checkpoint_ns.rpartition("|")[0]


def _around(namespace: str) -> Iterator[str]:
    """Yield a namespace and those of the graphs around it, the root's at last."""
    while namespace:
        yield namespace
        namespace = namespace.rpartition("|")[0]
    yield ""

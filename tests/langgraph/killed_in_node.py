"""A node that asks and is killed: python -m tests.langgraph.killed_in_node URL STORE.

The process ends as soon as the run in the background is known.
"""

import os
import signal
import sys

from interactions_core.process import failpoints
from interactions_core.process.failpoints import FailPoint
from interactions_langgraph import ChatInteractions, InteractionsSaver
from tests.conftest import Clock
from tests.langgraph.nodes import AT, ask, graph


def kill(point: FailPoint) -> None:
    if point is FailPoint.SUBMITTED:
        os.kill(os.getpid(), signal.SIGKILL)


def main(url: str, store: str) -> None:
    """Ask in a graph, and die."""
    failpoints.hook = kill
    model = ChatInteractions(
        model="gemini-3.5-flash",
        background=True,
        base_url=url,
        api_key="k",
        sessions=store,
    )
    model._clock = Clock()
    with InteractionsSaver(store) as saver:
        graph(ask(model, "be brief"), saver).invoke({"messages": []}, AT)


if __name__ == "__main__":
    main(*sys.argv[1:])

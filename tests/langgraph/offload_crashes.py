"""Kill processes while they offload or talk, and read it all back. Run as a program.

Arguments: the server, a folder, how many processes to kill, a seed. Prints how many
files were found half offloaded.
"""

import os
import random
import signal
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from langchain_core.messages import HumanMessage
from langgraph.graph import START, MessagesState, StateGraph

from interactions_core.client.connection import Connection
from interactions_langgraph import ChatInteractions, InteractionsSaver
from tests.langgraph.checkpoints import count, read_everything

TURNS = 6
LEAST = 2048
THREAD: Any = {"configurable": {"thread_id": "t"}}
LONGEST_S = 0.5


def open_saver(
    server: str, path: Path, offload: int | None = LEAST
) -> InteractionsSaver:
    """Open a file with a client of its own."""
    connection = Connection(base_url=server, api_key="k")
    url = f"sqlite:///{path}"
    return InteractionsSaver(url, connection=connection, offload=offload)


def talk(server: str, saver: InteractionsSaver, seeds: Iterable[int]) -> None:
    """Talk in large messages."""
    with ChatInteractions(
        model="gemini-3.5-flash", base_url=server, api_key="k"
    ) as model:

        def answer(state: MessagesState) -> dict[str, Any]:
            return {"messages": [model.invoke(state["messages"])]}

        graph = StateGraph(MessagesState).add_node(answer).add_edge(START, "answer")
        chat = graph.compile(checkpointer=saver)
        for seed in seeds:
            said = random.Random(seed).randbytes(4000).hex()
            chat.invoke({"messages": [HumanMessage(said)]}, THREAD)


def checkpoints(saver: InteractionsSaver) -> dict[str, Any]:
    """Return all checkpoints by id."""
    return {each.checkpoint["id"]: each.checkpoint for each in read_everything(saver)}


def fill(server: str, path: Path) -> dict[str, Any]:
    """Talk with nothing offloaded yet; return all checkpoints."""
    with open_saver(server, path, offload=None) as saver:
        talk(server, saver, range(TURNS))
        return checkpoints(saver)


def offload(server: str, path: Path, *, talking: bool = False) -> int:
    """Offload in a child, all there is or while it talks; return its process id."""
    child = os.fork()
    if child == 0:
        with open_saver(server, path) as saver:
            if talking:
                talk(server, saver, range(TURNS, 2 * TURNS))
            else:
                saver.offload()
        os._exit(0)
    return child


def offloaded_in(server: str, path: Path) -> int:
    """Count what is on the server only."""
    with open_saver(server, path) as saver:
        assert count(saver, "checkpoint_contents")
        with saver.sessions.database.reading() as connection:
            query = "SELECT count(*) FROM checkpoint_contents WHERE type LIKE 'offl%'"
            return connection.execute(query).fetchone()[0]


def main() -> None:
    """Fill, kill, look; at last let one finish."""
    server, folder = sys.argv[1], Path(sys.argv[2])
    rounds, rng = int(sys.argv[3]), random.Random(int(sys.argv[4]))
    half = 0
    for n in range(rounds):
        path = folder / f"{n // 3}.db"
        if n % 3 == 0:
            before = fill(server, path)
        child = offload(server, path, talking=n % 3 == 1)
        time.sleep(rng.random() * LONGEST_S)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        half += 0 < offloaded_in(server, path) < TURNS
        with open_saver(server, path) as saver:
            found = checkpoints(saver)
            assert {own_id: found[own_id] for own_id in before} == before
        before = found
    _, status = os.waitpid(offload(server, path), 0)
    assert status == 0
    assert offloaded_in(server, path) >= TURNS
    sys.stdout.write(f"{half}\n")


if __name__ == "__main__":
    main()

"""How large and how fast `InteractionsSaver` is beside LangGraph's own savers.

A chat of `--turns` turns on `MessagesState`, a human and a model message of about
500 random characters each, the same for every saver. Each figure is the median of
`--runs` runs; latencies are of single calls at the end of the chat. A size is that of
all files, or of all tables with their indexes in a PostgreSQL database.
"""

import argparse
import dataclasses
import gc
import random
import statistics
import string
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from common.savers import Opener, all_savers
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.graph.state import CompiledStateGraph

Graph = CompiledStateGraph[Any, Any, Any, Any]

CHARACTERS = 500
REPEATS = 5
TIMES = ("run_s", "put_ms", "get_ms", "list_ms", "history_ms")
CONFIG: Any = {"configurable": {"thread_id": "benchmark"}}


@dataclasses.dataclass
class Figures:
    """What one run of one saver measured."""

    size_mb: dict[int, float] = dataclasses.field(default_factory=dict[int, float])
    run_s: float = 0.0
    put_ms: float = 0.0
    get_ms: float = 0.0
    list_ms: float = 0.0
    history_ms: float = 0.0


def main() -> None:
    """Measure all savers in turn and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=200)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", default="", help="a part of the savers' names")
    options = parser.parse_args()
    marks = sorted({max(1, options.turns // 4), options.turns // 2, options.turns})
    with all_savers() as known:
        savers = {name: known[name] for name in known if options.only in name}
        runs: dict[str, list[Figures]] = {name: [] for name in savers}
        # In turns, so that a slow minute of the machine falls on all of them.
        for _ in range(options.runs):
            for name, opener in savers.items():
                with tempfile.TemporaryDirectory() as folder:
                    runs[name].append(measure(opener, Path(folder), marks))
    show(runs, marks)


def measure(opener: Opener, folder: Path, marks: list[int]) -> Figures:
    """Hold one chat and take its figures."""
    figures = Figures()
    with opener(folder) as opened:
        graph = build_graph(opened.saver)
        rng = random.Random(1)  # noqa: S311
        spent = 0.0
        for turn in range(1, marks[-1] + 1):
            question = HumanMessage(random_text(rng))
            began = time.perf_counter()
            graph.invoke({"messages": [question]}, CONFIG)
            spent += time.perf_counter() - began
            if turn in marks:
                figures.size_mb[turn] = opened.size() / 1e6
        figures.run_s = spent
        take_latencies(graph, opened.saver, figures)
    return figures


def take_latencies(
    graph: Graph, saver: BaseCheckpointSaver[Any], figures: Figures
) -> None:
    """Time single calls on the finished chat."""
    found = saver.get_tuple(CONFIG)
    # The next message, so that there is something to store.
    checkpoint = found.checkpoint
    figures.get_ms = milliseconds(lambda: saver.get_tuple(CONFIG))
    figures.list_ms = milliseconds(lambda: list(saver.list(CONFIG)))
    figures.history_ms = milliseconds(lambda: list(graph.get_state_history(CONFIG)))

    def put() -> None:
        version = saver.get_next_version(
            checkpoint["channel_versions"]["messages"], None
        )
        checkpoint["channel_versions"]["messages"] = version
        checkpoint["channel_values"]["messages"].append(AIMessage("x" * CHARACTERS))
        checkpoint["id"] = checkpoint["id"][:-6] + f"{random.randrange(10**6):06}"  # noqa: S311
        saver.put(found.config, checkpoint, found.metadata, {"messages": version})

    figures.put_ms = milliseconds(put)


def build_graph(saver: BaseCheckpointSaver[str]) -> Graph:
    """Build a chat whose model answers at random."""
    rng = random.Random(2)  # noqa: S311

    def model(_: MessagesState) -> dict[str, list[BaseMessage]]:
        return {"messages": [AIMessage(random_text(rng))]}

    builder = StateGraph(MessagesState)
    builder.add_node("model", model)
    builder.add_edge(START, "model")
    return builder.compile(checkpointer=saver)


def random_text(rng: random.Random) -> str:
    """Return text that does not compress well."""
    return "".join(rng.choices(string.ascii_letters + "     ", k=CHARACTERS))


def milliseconds(call: Callable[[], object]) -> float:
    """Return the median time of a call."""
    times: list[float] = []
    # What the savers before this one left behind is not for this one to look through.
    gc.collect()
    gc.freeze()
    for _ in range(REPEATS):
        began = time.perf_counter()
        call()
        times.append((time.perf_counter() - began) * 1e3)
    gc.unfreeze()
    return statistics.median(times)


def show(runs: dict[str, list[Figures]], marks: list[int]) -> None:
    """Print one line for each saver."""
    sizes = [f"MB@{mark}" for mark in marks]
    heads = [*sizes, "run s", "put ms", "get ms", "list ms", "history ms"]
    print(f"{'saver':<24}" + "".join(f"{head:>12}" for head in heads))
    for name, figures in runs.items():
        cells = [statistics.median(f.size_mb[mark] for f in figures) for mark in marks]
        cells += [
            statistics.median(getattr(f, field) for f in figures) for field in TIMES
        ]
        print(f"{name:<24}" + "".join(f"{cell:>12.2f}" for cell in cells))


if __name__ == "__main__":
    main()

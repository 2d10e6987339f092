"""How fast single calls are on long chats, beside LangGraph's own savers.

The chat is not held: its checkpoints are put one by one, each with two messages of
500 random characters more than the last, for `--turns` turns. LangGraph's savers get
the last `--tail` of them only, since they would need gigabytes for all. Each figure
is the median of `REPEATS` calls, the savers in turns.
"""

import argparse
import contextlib
import random
import statistics
import string
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from common.savers import all_savers
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.base.id import uuid6

from interactions_langgraph.saver import InteractionsSaver

CHARACTERS = 500
REPEATS = 9
CONFIG: Any = {"configurable": {"thread_id": "benchmark", "checkpoint_ns": ""}}


def main() -> None:
    """Measure all savers on disk and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=2000)
    parser.add_argument("--tail", type=int, default=20)
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        openers = stack.enter_context(all_savers())
        savers = {
            name: stack.enter_context(opener(folder)).saver
            for name, opener in openers.items()
            if name != "InMemorySaver"
        }
        rng = random.Random(1)  # noqa: S311
        messages: list[BaseMessage] = []
        configs: dict[str, Any] = dict.fromkeys(savers, CONFIG)
        for turn in range(options.turns):
            messages += [HumanMessage(text(rng)), AIMessage(text(rng))]
            for name, saver in savers.items():
                is_ours = isinstance(saver, InteractionsSaver)
                if is_ours or turn >= options.turns - options.tail:
                    configs[name] = put(saver, configs[name], messages, turn)
        show(options.turns, options.tail, savers, configs, messages)


def show(
    turns: int,
    tail: int,
    savers: dict[str, Any],
    configs: dict[str, Any],
    messages: list[BaseMessage],
) -> None:
    """Print milliseconds for each call and saver."""
    calls: dict[str, Callable[[str], object]] = {
        "put": lambda name: put(savers[name], configs[name], messages, turns),
        "get_tuple": lambda name: savers[name].get_tuple(CONFIG),
        f"list, newest {tail}": lambda name: list(
            savers[name].list(CONFIG, limit=tail)
        ),
    }
    print(f"{'ms at turn ' + str(turns):<22}" + "".join(f"{n:>24}" for n in savers))
    for label, call in calls.items():
        times: dict[str, list[float]] = {name: [] for name in savers}
        for n in range(REPEATS):
            if label == "put":
                messages.append(AIMessage(f"{n}" * CHARACTERS))
            for name, found in times.items():
                found.append(milliseconds(call, name))
        row = "".join(f"{statistics.median(found):>20.2f}" for found in times.values())
        print(f"{label:<22}{row}")


def put(
    saver: BaseCheckpointSaver[Any],
    config: RunnableConfig,
    messages: list[BaseMessage],
    turn: int,
) -> RunnableConfig:
    """Put a checkpoint of some messages."""
    version = f"{turn + 1:032}.0"
    checkpoint: Any = {
        "v": 4,
        "id": str(uuid6(clock_seq=turn)),
        "ts": "2026-01-01T00:00:00+00:00",
        "channel_values": {"messages": messages},
        "channel_versions": {"messages": version},
        "versions_seen": {},
    }
    metadata: Any = {"source": "loop", "step": turn, "parents": {}}
    return saver.put(config, checkpoint, metadata, {"messages": version})


def text(rng: random.Random) -> str:
    """Return text that does not compress."""
    return "".join(rng.choices(string.ascii_letters, k=CHARACTERS))


def milliseconds(call: Callable[[str], object], name: str) -> float:
    """Time one call."""
    began = time.perf_counter()
    call(name)
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()

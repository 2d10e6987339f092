"""Whether `InteractionsSaver` stays small over many messages: memory and size on disk.

`--messages` messages of 500 random characters in chats of `--turns` turns, of which
`--open` go on side by side; a checkpoint and a read for each turn. Every tenth of the
way it prints the resident memory of the process and how many bytes of file a message
takes. The saver's two caches of 32 MiB fill during the first half of the messages;
from then on neither may grow.
"""

import argparse
import os
import random
import string
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langgraph.checkpoint.base.id import uuid6

from interactions_langgraph.saver import InteractionsSaver

CHARACTERS: Final = 500
PARTS: Final = 10
MIB: Final = 2**20
GROWTH: Final = 1.25
"""How much more memory or bytes a message may take at the end than half-way."""


def main() -> None:
    """Hold the chats and print a line for each tenth."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--turns", type=int, default=50)
    parser.add_argument("--open", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "soak.db"
        with InteractionsSaver(f"sqlite:///{path}") as saver:
            soak(saver, path, options.messages // 2, options.turns, options.open)


def soak(
    saver: InteractionsSaver, path: Path, turns: int, length: int, side: int
) -> None:
    """Take so many turns, and say at the end whether it stayed flat."""
    rng = random.Random(1)  # noqa: S311  not a secret
    chats: dict[int, list[BaseMessage]] = {}
    figures: list[tuple[float, float]] = []
    print(f"{'messages':>10}{'RSS MiB':>10}{'bytes/message':>15}{'ms/turn':>10}")
    began = time.perf_counter()
    for done in range(1, turns + 1):
        chat = (done // (side * length)) * side + done % side
        take_turn(saver, chats.setdefault(chat, []), chat, rng)
        if len(chats[chat]) >= 2 * length:
            del chats[chat]
        if done % (turns // PARTS) == 0:
            size = sum(each.stat().st_size for each in path.parent.iterdir())
            figures.append((resident_mib(), size / (2 * done)))
            spent = (time.perf_counter() - began) / (turns // PARTS) * 1000
            print(f"{2 * done:>10}{figures[-1][0]:>10.1f}", end="")
            print(f"{figures[-1][1]:>15.0f}{spent:>10.2f}")
            began = time.perf_counter()
    (memory, per_message), (memory_end, per_message_end) = (
        figures[len(figures) // 2 - 1],
        figures[-1],
    )
    print(f"memory grew {memory_end / memory:.2f} times from half-way to the end,")
    print(f"bytes per message {per_message_end / per_message:.2f} times")
    flat = max(memory_end / memory, per_message_end / per_message) <= GROWTH
    print("flat" if flat else f"NOT flat: more than {GROWTH} times")


def take_turn(
    saver: InteractionsSaver, messages: list[BaseMessage], chat: int, rng: random.Random
) -> None:
    """Read a chat and put it back with two messages more."""
    config: Any = {"configurable": {"thread_id": f"chat {chat}", "checkpoint_ns": ""}}
    found = saver.get_tuple(config)
    assert (found is None) == (not messages)
    if found is not None:
        messages[:] = found.checkpoint["channel_values"]["messages"]
    messages += [HumanMessage(text(rng)), AIMessage(text(rng))]
    version = f"{len(messages):032}.0"
    checkpoint: Any = {
        "v": 4,
        "id": str(uuid6(clock_seq=len(messages))),
        "ts": "2026-01-01T00:00:00+00:00",
        "channel_values": {"messages": messages},
        "channel_versions": {"messages": version},
        "versions_seen": {},
    }
    metadata: Any = {"source": "loop", "step": len(messages), "parents": {}}
    saver.put(
        config if found is None else found.config,
        checkpoint,
        metadata,
        {"messages": version},
    )


def text(rng: random.Random) -> str:
    """Return text that does not compress."""
    return "".join(rng.choices(string.ascii_letters, k=CHARACTERS))


def resident_mib() -> float:
    """Return the resident memory of this process, on Linux."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MIB


if __name__ == "__main__":
    main()

"""Kill writers at random moments, and look at what they left. Run as a program.

Arguments: the beginning of a store's URL, how many writers to kill, a seed. Prints
how many checkpoints were reported stored, all of which it found whole.
"""

import json
import os
import random
import select
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

from langchain_core.messages import HumanMessage
from langgraph.checkpoint.base.id import uuid6

from interactions_langgraph import InteractionsSaver
from tests.langgraph.checkpoints import at, read_everything

MOST_REPORTS = 120
LONGEST_S = 0.005
ROUNDS_PER_STORE = 25


def write_forever(url: str, thread: str, report: Callable[[Any], None]) -> None:
    """Grow a conversation, tidy up now and then, and report what was stored."""
    with InteractionsSaver(url) as saver:
        config, messages = at(thread), list[Any]()
        for turn in range(10**6):
            messages.append(HumanMessage(f"{thread}/{turn}", id=str(turn)))
            checkpoint: Any = {
                "v": 4,
                "id": str(uuid6()),
                "ts": "",
                "channel_values": {"c": messages, "d": {"inner": list(messages)}},
                "channel_versions": {"c": turn + 1, "d": turn + 1},
                "versions_seen": {},
            }
            metadata: Any = {"turn": turn, "run_id": f"run {turn % 5}"}
            config = saver.put(config, checkpoint, metadata, {})
            report([checkpoint["id"], len(messages), False])
            saver.put_writes(config, [("c", messages[-1]), ("d", turn)], "task")
            report([checkpoint["id"], len(messages), True])
            if turn % 40 == 39:
                saver.prune([thread])
                report("pruned")


def kill_one(url: str, thread: str, rng: random.Random) -> list[Any]:
    """Kill a writer soon after a random number of reports; return all of them.

    Reports are counted, since a time would be no report at all on a busy machine.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        write_forever(
            url, thread, lambda what: _write(writing, json.dumps(what).encode() + b"\n")
        )
    os.close(writing)
    text, reports = b"", 1 + rng.randrange(MOST_REPORTS)
    while text.count(b"\n") < reports:
        more = os.read(reading, 1 << 16)
        assert more, "the writer ended by itself"
        text += more
    end = time.monotonic() + rng.random() * LONGEST_S
    while (left := end - time.monotonic()) > 0:
        if select.select([reading], [], [], left)[0]:
            text += os.read(reading, 1 << 16)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while more := os.read(reading, 1 << 16):
        text += more
    os.close(reading)
    return [json.loads(line) for line in text.splitlines()]


def check(url: str, thread: str, reports: list[Any]) -> int:
    """Find all that was reported, whole; return how many checkpoints that were."""
    expected: dict[str, tuple[int, bool]] = {}
    for report in reports:
        if report == "pruned":
            expected = dict([*expected.items()][-1:])
        else:
            expected[report[0]] = (report[1], report[2])
    with InteractionsSaver(url) as saver:
        found = {t.checkpoint["id"]: t for t in read_everything(saver)}
        # A prune may have been done and not yet reported.
        newest = max(expected)
        for own_id, (length, written) in expected.items():
            if own_id not in found:
                assert own_id != newest
                assert reports[-1][1] % 40 == 0
                continue
            values = found[own_id].checkpoint["channel_values"]
            assert [m.text for m in values["c"]] == [
                f"{thread}/{n}" for n in range(length)
            ]
            assert values["d"] == {"inner": values["c"]}
            if written:
                writes = [value for _, _, value in found[own_id].pending_writes or ()]
                assert writes == [values["c"][-1], length - 1]
    return len(expected)


def _write(pipe: int, text: bytes) -> None:
    os.write(pipe, text)


def main() -> None:
    """Kill and check."""
    base, rounds, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    rng = random.Random(seed)
    stored = 0
    for n in range(rounds):
        url = f"{base}{n // ROUNDS_PER_STORE}"
        thread = f"thread {n}"
        stored += check(url, thread, kill_one(url, thread, rng))
    sys.stdout.write(f"{stored}\n")


if __name__ == "__main__":
    main()

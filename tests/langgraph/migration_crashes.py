"""Kill migrations at random moments, then let one finish. Run as a program.

Arguments: "there" or "back", the source, a folder, how many runs to kill, a seed. Prints
how many threads had been moved by runs that were killed.
"""

import contextlib
import dataclasses
import os
import random
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from langgraph.checkpoint.base import CheckpointTuple

from interactions_core.cli.root import interactions
from interactions_langgraph import InteractionsSaver
from tests.langgraph.checkpoints import read_everything
from tests.langgraph.old_savers import everything, sqlite_saver

LONGEST_S = 0.02


@dataclasses.dataclass(frozen=True)
class Way:
    """One of the two ways: its option, and how both ends are read."""

    options: tuple[str, ...]
    source: Callable[[str], Any]
    target: Callable[[Path], Any]
    read: Callable[[Any], Iterable[CheckpointTuple]]
    counting: str


def _ours(place: str | Path) -> InteractionsSaver:
    return InteractionsSaver(f"sqlite:///{place}")


def _stock(place: str | Path) -> Any:
    return sqlite_saver(Path(place))


WAYS = {
    "there": Way(
        (),
        _stock,
        _ours,
        read_everything,
        "SELECT count(*) FROM checkpoint_threads",
    ),
    "back": Way(
        ("--back",),
        _ours,
        _stock,
        lambda saver: saver.list(None),
        "SELECT count(DISTINCT thread_id) FROM checkpoints",
    ),
}


def run(way: Way, source: str, path: Path) -> int:
    """Run the command in a child; return its process id."""
    child = os.fork()
    if child == 0:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        interactions(["migrate", *way.options, source, f"sqlite:///{path}"])
    return child


def wait_for(way: Way, path: Path, moved: int, child: int) -> None:
    """Wait until so many threads more are in the target, or the child has ended.

    They are counted, since after a fixed time a busy machine has moved none.
    """
    before = _count(way, path)
    while _count(way, path) < before + moved:
        if os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            return


def _count(way: Way, path: Path) -> int:
    # The file, and the tables in it, come with the first run.
    with (
        contextlib.suppress(sqlite3.OperationalError),
        contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db,
    ):
        return db.execute(way.counting).fetchone()[0]
    return 0


def threads_in(way: Way, path: Path, expected: dict[str, int]) -> int:
    """Find every thread whole or not at all; return how many there are."""
    with way.target(path) as saver:
        found = [t.config["configurable"]["thread_id"] for t in way.read(saver)]
    for thread in set(found):
        assert found.count(thread) == expected[thread]
    return len(set(found))


def main() -> None:
    """Kill, look, finish, compare."""
    way, source, folder = WAYS[sys.argv[1]], sys.argv[2], Path(sys.argv[3])
    rounds, rng = int(sys.argv[4]), random.Random(int(sys.argv[5]))
    with way.source(source) as saver:
        wanted = everything(saver)
    expected: dict[str, int] = {}
    for thread, _, _ in wanted:
        expected[thread] = expected.get(thread, 0) + 1
    in_between = 0
    for n in range(rounds):
        path = folder / f"killed {n // 4}.db"
        child = run(way, source, path)
        wait_for(way, path, rng.randrange(len(expected) // 3), child)
        time.sleep(rng.random() * LONGEST_S)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        in_between += threads_in(way, path, expected)
        if n % 4 == 3:
            _, status = os.waitpid(run(way, source, path), 0)
            assert status == 0
            with way.target(path) as saver:
                assert everything(saver) == wanted
    sys.stdout.write(f"{in_between}\n")


if __name__ == "__main__":
    main()

"""Kill migrations at random moments, then let one finish. Run as a program.

Arguments: the source, a folder, how many runs to kill, a seed. Prints how many threads
had been moved by runs that were killed.
"""

import contextlib
import os
import random
import signal
import sqlite3
import sys
import time
from pathlib import Path

from interactions_core.cli.root import interactions
from interactions_langgraph import InteractionsSaver
from tests.langgraph.checkpoints import read_everything
from tests.langgraph.old_savers import everything, sqlite_saver

LONGEST_S = 0.02


def run(source: str, url: str) -> int:
    """Run the command in a child; return its process id."""
    child = os.fork()
    if child == 0:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        interactions(["migrate", source, url])
    return child


def wait_for(path: Path, moved: int, child: int) -> None:
    """Wait until so many threads more are in the target, or the child has ended.

    They are counted, since after a fixed time a busy machine has moved none.
    """
    before = _count(path)
    while _count(path) < before + moved:
        if os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            return


def _count(path: Path) -> int:
    # The file, and the tables in it, come with the first run.
    with (
        contextlib.suppress(sqlite3.OperationalError),
        contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db,
    ):
        return db.execute("SELECT count(*) FROM checkpoint_threads").fetchone()[0]
    return 0


def threads_in(url: str, expected: dict[str, int]) -> int:
    """Find every thread whole or not at all; return how many there are."""
    with InteractionsSaver(url) as saver:
        found = [t.config["configurable"]["thread_id"] for t in read_everything(saver)]
    for thread in set(found):
        assert found.count(thread) == expected[thread]
    return len(set(found))


def main() -> None:
    """Kill, look, finish, compare."""
    source, folder = sys.argv[1], Path(sys.argv[2])
    rounds, rng = int(sys.argv[3]), random.Random(int(sys.argv[4]))
    with sqlite_saver(Path(source)) as saver:
        wanted = everything(saver)
    expected: dict[str, int] = {}
    for thread, _, _ in wanted:
        expected[thread] = expected.get(thread, 0) + 1
    in_between = 0
    for n in range(rounds):
        path = folder / f"killed {n // 4}.db"
        url = f"sqlite:///{path}"
        child = run(source, url)
        wait_for(path, rng.randrange(len(expected) // 3), child)
        time.sleep(rng.random() * LONGEST_S)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        in_between += threads_in(url, expected)
        if n % 4 == 3:
            _, status = os.waitpid(run(source, url), 0)
            assert status == 0
            with InteractionsSaver(url) as saver:
                assert everything(saver) == wanted
    sys.stdout.write(f"{in_between}\n")


if __name__ == "__main__":
    main()

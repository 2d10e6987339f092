"""Kill migrations at random moments, then let one finish. Run as a program.

Arguments: the source, a folder, how many runs to kill, a seed. Prints how many threads
had been moved by runs that were killed.
"""

import os
import random
import signal
import sys
import time
from pathlib import Path

from interactions_core.cli.root import interactions
from interactions_langgraph import InteractionsSaver
from tests.langgraph.checkpoints import read_everything
from tests.langgraph.old_savers import everything, sqlite_saver

LONGEST_S = 1.0


def run(source: str, url: str) -> int:
    """Run the command in a child; return its process id."""
    child = os.fork()
    if child == 0:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        interactions(["migrate", source, url])
    return child


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
        url = f"sqlite:///{folder / f'killed {n // 4}.db'}"
        child = run(source, url)
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

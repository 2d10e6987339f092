"""Programs of the tests that kill processes, each run in a process of its own."""

import random
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def run_kills(module: str, *arguments: object) -> str:
    """Run a program with a seed as its last argument; return what it printed.

    The seed is in the failure, so that the same run can be made again.
    """
    seed = random.randrange(10**6)
    told = [*map(str, arguments), str(seed)]
    done = subprocess.run(
        [sys.executable, "-m", module, *told],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"seed {seed}: {done.stderr}"
    return done.stdout

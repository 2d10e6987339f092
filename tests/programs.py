"""Programs of the tests, each run in a process of its own."""

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
    return run_program(module, *arguments, seed, note=f"seed {seed}: ")


def run_program(module: str, *arguments: object, note: str = "") -> str:
    """Run a program to its end; return what it printed, or fail with its errors."""
    done = subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{note}{done.stderr}"
    return done.stdout

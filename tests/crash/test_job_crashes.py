"""A process is killed while a job runs for it: no answer is lost, none paid twice."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from interactions_emulator import Emulator

ROUNDS = int(os.environ.get("JOB_CRASHES", "40"))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the processes are forked")
@pytest.mark.timeout(120 + 10 * ROUNDS)
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_killed_processes_find_their_jobs_again(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Ours: JOB_CRASHES sets how many are killed; the seed is printed."""
    seed = random.randrange(10**6)
    stores = f"sqlite:///{tmp_path}/%d.db"
    if kind == "postgres":
        stores = request.getfixturevalue("postgres_url")

    with Emulator(job_s=0.1) as emulator:
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "tests.crash.job_crashes",
                emulator.url,
                stores,
                str(ROUNDS),
                str(seed),
            ],
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=False,
        )

    assert done.returncode == 0, f"seed {seed}: {done.stderr}"
    assert len(done.stdout.splitlines()) == ROUNDS

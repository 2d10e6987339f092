"""A process is killed while it writes: what it reported as stored is there, whole."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

KILLS = int(os.environ.get("SAVER_CRASHES", "60"))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the writers are forked")
def test_what_was_reported_stored_survives_a_kill(store_url: str) -> None:
    """Ours: SAVER_CRASHES sets how many writers are killed; the seed is printed."""
    seed = random.randrange(10**6)

    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.langgraph.saver_crashes",
            store_url,
            str(KILLS),
            str(seed),
        ],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, f"seed {seed}: {done.stderr}"
    assert int(done.stdout) > KILLS

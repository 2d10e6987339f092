"""A process is killed while a job runs for it: no answer is lost, none paid twice."""

import os
from pathlib import Path

import pytest

from interactions_emulator import Emulator
from tests.programs import run_kills

ROUNDS = int(os.environ.get("JOB_CRASHES", "40"))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the processes are forked")
@pytest.mark.timeout(600 + 60 * ROUNDS)
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_killed_processes_find_their_jobs_again(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Ours: JOB_CRASHES sets how many are killed; the seed is printed."""
    stores = f"sqlite:///{tmp_path}/%d.db"
    if kind == "postgres":
        stores = request.getfixturevalue("postgres_url")

    with Emulator(job_s=0.1) as emulator:
        program = "tests.crash.job_crashes"
        done = run_kills(program, emulator.url, stores, ROUNDS)

    assert len(done.splitlines()) == ROUNDS

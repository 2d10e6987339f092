"""A process is killed while it deletes a thread: nothing is forgotten or comes back."""

import os
from pathlib import Path

import pytest

from interactions_emulator import Emulator
from tests.programs import run_kills

ROUNDS = int(os.environ.get("DELETION_CRASHES", "16"))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the processes are forked")
@pytest.mark.timeout(600 + 60 * ROUNDS)
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_killed_deletion_is_finished_by_whoever_comes_next(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Ours: DELETION_CRASHES sets how many are killed; the seed is printed."""
    stores = f"sqlite:///{tmp_path}/%d.db"
    if kind == "postgres":
        stores = request.getfixturevalue("postgres_url")

    with Emulator(job_s=3_600.0) as emulator:
        program = "tests.crash.deletion_crashes"
        done = run_kills(program, emulator.url, stores, ROUNDS)

    assert len(done.splitlines()) == ROUNDS

"""Processes fork before, during and after calls, and die: every answer is its asker's."""

import os
from pathlib import Path

import pytest

from interactions_emulator import Emulator
from tests.programs import run_kills

ROUNDS = int(os.environ.get("FORK_CRASHES", "20"))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
@pytest.mark.timeout(600 + 60 * ROUNDS)
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_forked_and_killed_processes_get_their_own_answers_and_pay_once(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Ours: FORK_CRASHES sets how many rounds are tried; the seed is printed."""
    stores = f"sqlite:///{tmp_path}/%d.db"
    if kind == "postgres":
        stores = request.getfixturevalue("postgres_url")

    with Emulator(job_s=0.1) as emulator:
        done = run_kills("tests.crash.fork_crashes", emulator.url, stores, ROUNDS)

    assert len(done.splitlines()) == ROUNDS

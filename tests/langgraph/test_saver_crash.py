"""A process is killed while it writes: what it reported as stored is there, whole."""

import os

import pytest

from tests.programs import run_kills

KILLS = int(os.environ.get("SAVER_CRASHES", "60"))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the writers are forked")
def test_what_was_reported_stored_survives_a_kill(store_url: str) -> None:
    """Ours: SAVER_CRASHES sets how many writers are killed; the seed is printed."""
    done = run_kills("tests.langgraph.saver_crashes", store_url, KILLS)

    assert int(done) > KILLS

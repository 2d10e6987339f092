"""CrewAI in workers that are forked from a master whose LLM was used."""

import os
from pathlib import Path

import pytest

from interactions_emulator import Emulator
from tests.forks.test_workers import check_workers

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")


@pytest.mark.timeout(900)
@pytest.mark.parametrize("awaits", [False, True], ids=["call", "acall"])
def test_every_worker_gets_the_answers_to_its_own_questions(
    *, awaits: bool, emulator: Emulator, postgres_url: str, tmp_path: Path
) -> None:
    check_workers(
        "crewai",
        awaits=awaits,
        emulator=emulator,
        postgres_url=postgres_url,
        folder=tmp_path,
    )

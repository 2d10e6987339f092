"""A run goes on when its process dies, and the same call finds it again."""

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from interactions_emulator import Emulator
from tests.crewai.conftest import MakeLLM
from tests.crewai.test_managed_agents import QUICK, RESEARCH, creates
from tests.docs.pages import ROOT

PROGRAM = """
import sys
root, url, sessions, kind = sys.argv[1:]
sys.path.insert(0, root)
from tests.crewai.quiet import imported
crewai = imported("interactions_crewai")
options = dict(
    agent="deep-research-preview-04-2026",
    base_url=url,
    api_key="k",
    sessions=sessions,
    poll=(0.01, 0.02),
)
if kind == "llm":
    print(crewai.InteractionsLLM(**options).call("Trains"))
else:
    print(crewai.InteractionsAgentTool(**options).run(query="Trains"))
"""


@pytest.fixture
def emulator() -> Any:
    """Make an emulator whose work ends when its clock is moved."""
    with Emulator(job_s=3600) as running:
        yield running


def arguments(emulator: Emulator, folder: Path, kind: str) -> list[str]:
    sessions = f"sqlite:///{folder}/sessions.db"
    program = [sys.executable, "-c", PROGRAM]
    return [*program, str(ROOT), emulator.url, sessions, kind]


@pytest.mark.parametrize("kind", ["llm", "tool"])
def test_killed_process_leaves_a_run_that_the_next_one_finds(
    kind: str, emulator: Emulator, tmp_path: Path
) -> None:
    command = arguments(emulator, tmp_path, kind)
    with subprocess.Popen(command) as first:
        while not any(row["method"] == "GET" for row in emulator.requests()):
            assert first.poll() is None
            time.sleep(0.05)
        first.kill()
    emulator.advance(3600)

    second = subprocess.run(command, capture_output=True, text=True, check=True)

    assert second.stdout.startswith("# Report: Trains")
    assert len(creates(emulator)) == 1


def test_run_that_was_handed_on_is_not_found_again(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    llm = make_llm(agent=RESEARCH, **QUICK)
    emulator.script([{"when": {}, "reply": {"text": "Done.", "wait_s": 0}}])

    llm.call("Trains")
    llm.call("Trains")

    assert len(creates(emulator)) == 2

"""A run goes on when its process dies, and the same call finds it again."""

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from interactions_emulator import Emulator
from tests.crewai.test_managed_agents import creates
from tests.docs.pages import ROOT

PROGRAM = """
import sys
root, url, sessions = sys.argv[1:]
sys.path.insert(0, root)
from tests.crewai.quiet import imported
crewai = imported("interactions_crewai")
tool = crewai.InteractionsAgentTool(
    agent="deep-research-preview-04-2026",
    base_url=url,
    api_key="k",
    sessions=sessions,
    poll=(0.01, 0.02),
)
print(tool.run(query="Trains"))
"""


@pytest.fixture
def emulator() -> Any:
    """Make an emulator whose work ends when its clock is moved."""
    with Emulator(job_s=3600) as running:
        yield running


def arguments(emulator: Emulator, folder: Path) -> list[str]:
    sessions = f"sqlite:///{folder}/sessions.db"
    program = [sys.executable, "-c", PROGRAM]
    return [*program, str(ROOT), emulator.url, sessions]


def test_killed_process_leaves_a_run_of_a_tool_that_the_next_one_finds(
    emulator: Emulator, tmp_path: Path
) -> None:
    command = arguments(emulator, tmp_path)
    with subprocess.Popen(command) as first:
        while not any(row["method"] == "GET" for row in emulator.requests()):
            assert first.poll() is None
            time.sleep(0.05)
        first.kill()
    emulator.advance(3600)

    second = subprocess.run(command, capture_output=True, text=True, check=True)

    assert second.stdout.startswith("# Report: Trains")
    assert len(creates(emulator)) == 1

"""An existing agent moves over in two small steps, and back by undoing them."""

import difflib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from interactions_emulator import Emulator
from tests.docs.pages import ROOT

FILES = ROOT / "examples" / "swap_in"
STEPS = ["before", "model", "saver"]


def code_of(step: str) -> list[str]:
    """Return the program without its docstring, which says what changed."""
    lines = (FILES / f"{step}.py").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith('"""')
    return lines[1:]


@pytest.mark.parametrize(("old", "new"), [STEPS[:2], STEPS[1:]])
def test_a_step_changes_at_most_five_lines(old: str, new: str) -> None:
    diff = [*difflib.ndiff(code_of(old), code_of(new))]

    taken, given = (sum(line.startswith(sign) for line in diff) for sign in "-+")
    assert 0 < max(taken, given) <= 5


@pytest.mark.parametrize("step", STEPS[1:])
def test_the_moved_agent_remembers_and_sends_each_turn_once(
    step: str, tmp_path: Path, emulator: Emulator
) -> None:
    address = {"GOOGLE_GEMINI_BASE_URL": emulator.url, "GEMINI_API_KEY": "any"}

    run = subprocess.run(
        [sys.executable, str(FILES / f"{step}.py")],
        cwd=tmp_path,
        env=os.environ | address,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stderr
    assert "sunny in Rome" in run.stdout
    assert run.stdout.splitlines()[-1] == "Your name is Ada."
    sent = [len(request["body"]["input"]) for request in emulator.requests()]
    assert sent == [1, 1, 1, 1]
    assert (tmp_path / "state.db").exists() is (step == "saver")

"""CrewAI's examples run by themselves, say what they claim, and contact nobody."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import ROOT

PRINTED = {
    "crewai_conversation": "Your name is Ada.",
    "crewai_hierarchy": "Rome is warm, and old.",
    "crewai_quickstart": "# AI agents",
    "crewai_research": "Some are fast.",
}
PROGRAM = """
import runpy, sys
root, example = sys.argv[1:]
sys.path.insert(0, root)
from tests.crewai.addresses import addresses
# What they start is the example itself.
sys.argv = [example]
with addresses() as contacted:
    runpy.run_path(example, run_name="__main__")
print(contacted, file=sys.stderr)
"""
FILES = sorted((ROOT / "examples").glob("crewai*.py"))


@pytest.mark.parametrize("example", FILES, ids=lambda path: path.stem)
def test_example_runs_without_a_key(example: Path, tmp_path: Path) -> None:
    keys = {"GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_GEMINI_BASE_URL"}
    ours = {name for name in os.environ if name.startswith(("CREWAI_", "OTEL_"))}
    environment = {k: v for k, v in os.environ.items() if k not in keys | ours}

    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(ROOT), str(example)],
        cwd=tmp_path,
        env=environment | {"HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stderr
    # The switches are in the program itself; nothing keeps it off the network.
    assert run.stderr == "[]\n"
    # A flow's persistence prints lines of its own before.
    assert run.stdout.splitlines()[-1] == PRINTED[example.stem]

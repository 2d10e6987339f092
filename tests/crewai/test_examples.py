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
    "crewai_projects": "JSON Rome is old.",
    "crewai_quickstart": "# AI agents",
    "crewai_research": "Some are fast.",
}
PROGRAM = """
import os, runpy, sys
root, example = sys.argv[1:]
sys.path[:0] = [os.path.dirname(example), root]
from tests.crewai.addresses import addresses
# What they start is the example itself.
sys.argv = [example]
with addresses() as contacted:
    runpy.run_path(example, run_name="__main__")
print(contacted, file=sys.stderr)
"""
EXAMPLES = ROOT / "examples"
PROJECTS = EXAMPLES / "crewai_projects" / "main.py"
FILES = [*sorted(EXAMPLES.glob("crewai*.py")), PROJECTS]


def name_of(example: Path) -> str:
    return example.parent.name if example.name == "main.py" else example.stem


@pytest.mark.parametrize("example", FILES, ids=name_of)
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
    assert run.stdout.splitlines()[-1] == PRINTED[name_of(example)]

"""An export that is killed in the middle, and gone on with by another process."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from interactions_core import SqliteStore
from tests.core.looking import fill
from tests.programs import ROOT

KILLED = "tests.crash.export_crashes"
CODE = "from interactions_core.cli.entry import main; main()"
LINES = 5


@pytest.fixture
def url(tmp_path: Path) -> str:
    store = SqliteStore(tmp_path / "state.db")
    fill(store)
    store.close()
    return f"sqlite:///{tmp_path}/state.db"


def export(url: str, file: Path, form: str, *more: str) -> str:
    """Export in a process of its own; return what it said."""
    command = ["export", "--sessions", url, "--to", form, "-o", str(file), *more]
    done = subprocess.run(
        [sys.executable, "-c", CODE, *command],
        capture_output=True,
        check=True,
        text=True,
    )
    return done.stderr


def killed(url: str, file: Path, form: str, line: int, part: float) -> None:
    """Export in a process of its own, and let it be killed."""
    arguments = [url, str(file), form, str(line), str(part)]
    ended = subprocess.run(
        [sys.executable, "-m", KILLED, *arguments],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr


@pytest.mark.parametrize("form", ["steps", "anthropic"])
@pytest.mark.parametrize(
    ("line", "part"),
    [
        pytest.param(0, 0.0, id="before the first line"),
        pytest.param(0, 0.5, id="in the first line"),
        pytest.param(2, 1.0, id="between two lines"),
        pytest.param(3, 0.9, id="in a line"),
        pytest.param(LINES, 0.0, id="before it has its name"),
    ],
)
def test_an_export_that_was_killed_is_gone_on_with_to_the_same_file(
    line: int, part: float, form: str, url: str, tmp_path: Path
) -> None:
    whole, file = tmp_path / "whole.jsonl", tmp_path / "out.jsonl"
    export(url, whole, form)

    killed(url, file, form, line, part)
    assert not file.exists()
    said = export(url, file, form, "--resume")

    assert file.read_bytes() == whole.read_bytes()
    assert len(file.read_text().splitlines()) == LINES
    # What is whole of the killed one is not written again.
    assert int(said.split()[0]) == LINES - line - (part == 1.0)
    assert [path.name for path in tmp_path.glob("out*")] == ["out.jsonl"]


def test_an_export_may_be_killed_more_than_once(url: str, tmp_path: Path) -> None:
    whole, file = tmp_path / "whole.jsonl", tmp_path / "out.jsonl"
    export(url, whole, "steps")

    killed(url, file, "steps", 1, 0.5)
    left = (tmp_path / "out.jsonl.part").read_bytes()
    killed(url, file, "steps", 3, 0.5)
    export(url, file, "steps", "--resume")

    assert whole.read_bytes().startswith(left)
    assert file.read_bytes() == whole.read_bytes()

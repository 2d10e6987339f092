"""How commands end whose output cannot be written, or is read no longer."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from interactions_core import SqliteStore
from tests.core.looking import fill
from tests.patience import PATIENCE_S

FULL = Path("/dev/full")
CODE = "from interactions_core.cli.entry import main; main()"
COMMANDS = [
    ("--help",),
    ("schema", "explain"),
    ("sessions", "list"),
    ("sessions", "show", "trip-kyoto"),
    ("sessions", "list", "--jsonl"),
    ("usage", "--json"),
    ("jobs", "list"),
    ("replay", "v1_trip-kyoto-001", "--dry-run"),
    ("export", "--to", "steps"),
]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INTERACTIONS_SESSIONS", "sqlite:///state.db")
    store = SqliteStore("state.db")
    fill(store)
    store.close()


def run(*command: str, output: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", CODE, *command],
        stdout=output,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_an_output_that_takes_nothing_more_is_said_in_a_line(
    command: tuple[str, ...],
) -> None:
    with FULL.open("w") as full:
        done = run(*command, output=full.fileno())

    assert done.returncode == 1
    assert done.stderr.endswith("Error: No space left on device\n")
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_who_reads_no_further_is_told_nothing(command: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)

    done = run(*command, output=writing)

    os.close(writing)
    assert done.returncode == 1
    assert "Error" not in done.stderr
    assert "Exception" not in done.stderr


def test_a_file_that_cannot_be_made_is_named_in_a_line() -> None:
    Path("out.part").mkdir()

    done = run("export", "--to", "steps", "-o", "out", output=subprocess.DEVNULL)

    assert done.returncode == 2
    assert done.stderr.endswith("/out.part cannot be written: Is a directory\n")

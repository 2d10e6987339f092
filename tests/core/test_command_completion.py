"""What the shell completes, through the variable that click reads."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from interactions_core import SqliteStore
from tests.core.looking import NOW, Thread, fill


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("INTERACTIONS_SESSIONS", raising=False)
    made = SqliteStore("state.db")
    fill(made)
    Thread(made, "two words; rm -rf ~").turn("root", NOW)
    made.close()


def complete(line: str) -> list[str]:
    """Ask what a shell asks whose cursor is at the end of a line."""
    words = line.split(" ")
    asked = {
        "_INTERACTIONS_COMPLETE": "bash_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
    }
    code = "from interactions_core.cli.entry import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **asked},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return [said.partition(",")[2] for said in done.stdout.split()]


def test_commands_and_options_are_completed() -> None:
    assert complete("interactions sess") == ["sessions"]
    assert complete("interactions sessions d") == ["diff"]
    assert "--hide-content" in complete("interactions sessions show --h")


def test_threads_of_the_only_store_of_the_folder_are_completed() -> None:
    assert complete("interactions sessions show tr") == ["trip-kyoto"]
    assert complete("interactions sessions list --thread sup") == ["support-7731"]


def test_names_that_a_shell_would_take_apart_are_left_out() -> None:
    assert complete("interactions sessions tree two") == []


def test_interactions_are_completed_in_the_store_that_is_named() -> None:
    url = "sqlite:///state.db"

    found = complete(f"interactions replay --sessions {url} v1_trip-kyoto-00")

    assert found == [f"v1_trip-kyoto-{number:03}" for number in range(1, 7)]


def test_where_there_is_no_store_nothing_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")

    assert complete("interactions sessions show tr") == []
    assert complete("interactions explain --sessions postgresql:/nowhere v1") == []

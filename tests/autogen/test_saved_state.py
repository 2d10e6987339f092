"""A team that is saved goes on in another process, with its sessions or without."""

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from interactions_emulator import Emulator
from tests.patience import PATIENCE_S

ROOT = Path(__file__).parents[2]


@pytest.fixture
def place(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'sessions.db'}"


def talk(emulator: Emulator, sessions: str, state: Path, task: str) -> list[Any]:
    """Run the team in a new process; return what its requests said."""
    before = len(emulator.requests())
    subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.autogen.talk",
            emulator.url,
            sessions,
            state,
            task,
        ],
        cwd=ROOT,
        check=True,
        timeout=PATIENCE_S,
    )
    rows = emulator.requests()[before:]
    assert {row["status"] for row in rows} == {200}
    return [row["body"] for row in rows]


def parents(bodies: list[Any]) -> list[bool]:
    return [bool(body.get("previous_interaction_id")) for body in bodies]


def test_team_in_another_process_continues_its_sessions(
    emulator: Emulator, tmp_path: Path, place: str
) -> None:
    """With a tool's call and a picture in the history."""
    state = tmp_path / "team.json"

    first = talk(emulator, place, state, "call get_weather for Rome")
    second = talk(emulator, place, state, "Thanks.")

    assert parents(first) == [False, False]
    assert parents(second) == [True, True]
    assert not any("data" in str(body["input"]) for body in second)


def test_team_without_its_store_replays_once_and_continues(
    emulator: Emulator, tmp_path: Path, place: str
) -> None:
    state, other = tmp_path / "team.json", f"sqlite:///{tmp_path / 'other.db'}"
    talk(emulator, place, state, "call get_weather for Rome")

    replayed = talk(emulator, other, state, "Thanks.")
    continued = talk(emulator, other, state, "Bye.")

    assert parents(replayed) == [False, False]
    kinds = [step["type"] for step in replayed[0]["input"]]
    assert kinds[:4] == ["user_input", "thought", "function_call", "function_result"]
    assert parents(continued) == [True, True]


def test_answer_after_the_last_save_of_a_process_that_died_is_not_paid_again(
    emulator: Emulator, tmp_path: Path, store_url: str
) -> None:
    state = tmp_path / "agent.json"
    command = [sys.executable, "-m", "tests.autogen.killed_midway"]
    arguments = [emulator.url, store_url, str(state)]

    killed, went_on = (
        subprocess.run(
            [*command, *arguments],
            cwd=ROOT,
            check=False,
            timeout=PATIENCE_S,
            capture_output=True,
            text=True,
        )
        for _ in range(2)
    )

    assert (killed.returncode, went_on.returncode) == (-signal.SIGKILL, 0)
    assert went_on.stdout == killed.stdout != ""
    assert emulator.stats()["creates"] == 1

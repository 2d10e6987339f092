"""The command says in one sentence what keeps it from starting."""

import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from interactions_emulator import Emulator
from interactions_emulator.store.state_files import StateFileError

Make = Callable[[Path], list[str]]


def missing_script(folder: Path) -> list[str]:
    return ["--script", str(folder / "none.json")]


def broken_json(folder: Path) -> list[str]:
    (folder / "broken.json").write_text('[{"reply": ')
    return ["--script", str(folder / "broken.json")]


def broken_python(folder: Path) -> list[str]:
    (folder / "broken.py").write_text("script = [1 / 0]")
    return ["--script", str(folder / "broken.py")]


def wrong_rule(folder: Path) -> list[str]:
    (folder / "wrong.json").write_text('[{"replay": {"text": "Hi."}}]')
    return ["--script", str(folder / "wrong.json")]


def no_profile(folder: Path) -> list[str]:
    (folder / "notes.json").write_text("[]")
    return ["--profile", str(folder / "notes.json")]


def state_in_no_folder(folder: Path) -> list[str]:
    return ["--state", str(folder / "none" / "state.db")]


def state_that_is_a_folder(folder: Path) -> list[str]:
    return ["--state", str(folder)]


def state_that_is_text(folder: Path) -> list[str]:
    (folder / "notes.txt").write_text("Dear diary, nothing of note happened. " * 99)
    return ["--state", str(folder / "notes.txt")]


def state_of_another_program(folder: Path) -> list[str]:
    with sqlite3.connect(folder / "other.db") as other:
        other.execute("CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT)")
    other.close()
    return ["--state", str(folder / "other.db")]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (missing_script, "none.json cannot be read: No such file or directory"),
        (broken_json, "broken.json cannot be read: Expecting value"),
        (broken_python, "broken.py cannot be run: ZeroDivisionError"),
        (no_profile, "notes.json is no profile of the service: it has no `calls`"),
        (wrong_rule, "has unknown keys ['replay']"),
        (state_in_no_folder, "cannot be opened: unable to open database file"),
        (state_that_is_a_folder, "cannot be opened: it is a folder"),
        (state_that_is_text, "cannot be opened: file is not a database"),
        (state_of_another_program, "is another program's: it has the table 'meta'"),
        (lambda _: ["--port", "70000"], "'70000' is no port: a number from 0 to 65535"),
        (lambda _: ["--port", "http"], "'http' is no port"),
        (lambda _: ["--host", "256.1.1.1"], "of 256.1.1.1 cannot be listened on"),
        (
            lambda _: ["--upstream", "localhost:11434/v1"],
            "is no address: it begins with http:// or https://",
        ),
    ],
)
def test_what_keeps_it_from_starting_is_one_sentence(
    tmp_path: Path, make: Make, said: str
) -> None:
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    options = make(tmp_path)
    made = {path: path.read_bytes() for path in tmp_path.iterdir()}

    code, error = run(*options)

    assert code == 2
    assert said in error.splitlines()[-1]
    assert "Traceback" not in error
    assert before | made == {path: path.read_bytes() for path in tmp_path.iterdir()}


def test_a_port_in_use_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        code, error = run("--port", str(port))

    assert code == 2
    assert error == (
        f"interactions_emulator: port {port} of 127.0.0.1 is in use by another program;"
        " take another port, or 0 for a free one\n"
    )


def test_an_emulator_refuses_a_state_file_that_is_not_its_own(tmp_path: Path) -> None:
    _, path = state_of_another_program(tmp_path)

    with pytest.raises(StateFileError, match="another program's"):
        Emulator(state=path).__enter__()


def run(*options: str) -> tuple[int, str]:
    """Run the command to its end; a free port unless one is given."""
    command = [sys.executable, "-m", "interactions_emulator"]
    port = [] if "--port" in options else ["--port", "0"]
    done = subprocess.run(
        [*command, *port, *options],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.returncode, done.stderr

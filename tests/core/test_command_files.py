"""Options and arguments that name a file: a wrong one is an error of what was typed."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from interactions_core import SqliteStore
from interactions_core.cli.root import interactions
from interactions_core.prices.current import VARIABLE


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INTERACTIONS_SESSIONS", "sqlite:///state.db")
    monkeypatch.setenv("GEMINI_API_KEY", "a key")
    SqliteStore("state.db").close()
    Path("folder").mkdir()
    Path("text").write_text("no JSON, and no database")
    Path("list.json").write_text("[]")
    with closing(sqlite3.connect("other.db")) as other:
        other.execute("CREATE TABLE theirs (a)")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(interactions, arguments)


def is_refused(done: Result, file: str) -> bool:
    """Tell whether what was typed was wrong, and the file is named."""
    said = done.stderr.splitlines()[-1]
    return done.exit_code == 2 and said.startswith("Error: ") and file in said


@pytest.mark.parametrize(
    ("command", "files"),
    [
        ("usage --prices", "absent folder text list.json"),
        ("usage --sessions", "sqlite:///absent sqlite:///folder sqlite:///other.db"),
        ("jobs cancel job_1 --sessions", "sqlite:///absent sqlite:///folder"),
        ("db check --sessions", "sqlite:///absent sqlite:///folder sqlite:///other.db"),
        ("db restored --erased", "absent folder"),
        ("db copy", "state.db folder absent/copy.db text/copy.db"),
        ("export --to steps -o", "folder absent/file text/file /proc/file --strict"),
        ("sessions show --html", "folder absent/file.html text/file.html --all"),
        ("doctor --live --yes --recordings", "absent text"),
        ("doctor --live --yes --profile", "folder absent/file text/file"),
        ("jobs watch --resume module:graph --app-dir", "text"),
    ],
)
def test_a_file_that_cannot_be_what_it_is_named_for_ends_with_2(
    command: str, files: str
) -> None:
    for file in files.split():
        done = run(*command.split(), file)

        folder_or_file = file.removeprefix("sqlite:///").partition("/file")[0]
        assert is_refused(done, folder_or_file.partition("/copy")[0]), (
            file,
            done.output,
        )
        assert done.stdout == ""


def test_prices_of_the_environment_are_refused_as_those_of_the_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(VARIABLE, "absent")

    assert is_refused(run("usage"), "absent")
    # Nothing is priced where the store knows what turns cost.
    assert run("sessions", "list").exit_code == 0


def test_nothing_is_left_of_a_file_that_could_not_be_made(folder: Path) -> None:
    before = sorted(folder.rglob("*"))

    for command in (
        ("db", "copy", "folder"),
        ("export", "--to", "steps", "-o", "no/x"),
    ):
        assert run(*command).exit_code == 2

    assert sorted(folder.rglob("*")) == before

"""The `interactions` command: its root, and what is plugged into it."""

import subprocess
import sys
from importlib.metadata import EntryPoint, EntryPoints
from typing import Any

import click
import pytest
from click.testing import CliRunner

from interactions_core.cli import root
from interactions_core.exceptions import ConfigurationError

WITHOUT_CLICK = """
import importlib.util, sys
find = importlib.util.find_spec
importlib.util.find_spec = lambda name: None if name == "click" else find(name)
from interactions_core.cli.entry import main
main()
"""


@click.command(short_help="greets")
@click.argument("name")
def greet(name: str) -> None:
    if name == "nobody":
        message = "there is nobody"
        raise ConfigurationError(message)
    click.echo(f"Hello, {name}.")


@pytest.fixture
def plugged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Install a command, and one whose framework is missing."""
    entries = EntryPoints(
        [
            EntryPoint("greet", f"{__name__}:greet", root.GROUP),
            EntryPoint("lame", "no_such_framework.commands:lame", root.GROUP),
        ]
    )

    def entry_points(**wanted: Any) -> EntryPoints:
        return entries.select(**wanted)

    monkeypatch.setattr(root, "entry_points", entry_points)


def run(*arguments: str) -> Any:
    return CliRunner().invoke(root.interactions, arguments)


@pytest.mark.usefixtures("plugged")
def test_a_command_of_an_entry_point_runs() -> None:
    assert run("greet", "Ada").stdout == "Hello, Ada.\n"


@pytest.mark.parametrize(
    ("line", "name", "near"),
    [
        pytest.param("graet Ada", "command 'graet'", "'greet'", id="plugged in"),
        pytest.param("sessions shw", "command 'shw'", "'show'", id="not loaded"),
        pytest.param("jobs wach", "command 'wach'", "'watch'", id="of jobs"),
        pytest.param("db chek", "command 'chek'", "'check'", id="of db"),
        pytest.param("accounts lnk", "command 'lnk'", "'link'", id="of accounts"),
        pytest.param("webhook srve", "command 'srve'", "'serve'", id="of webhook"),
        pytest.param("usage --budget", "option '--budget'", "'--budgets'", id="option"),
        pytest.param(
            "jobs list --tennant x", "option '--tennant'", "'--tenant'", id="of a group"
        ),
    ],
)
@pytest.mark.usefixtures("plugged")
def test_what_is_typed_nearly_right_is_asked_back(
    line: str, name: str, near: str
) -> None:
    done = run(*line.split())

    assert done.exit_code == 2
    assert f"Error: No such {name}; did you mean {near}" in done.stderr


def test_a_command_of_the_root_is_asked_back_as_it_is_installed() -> None:
    done = run("sesions", "list")

    assert done.exit_code == 2
    assert done.stderr.endswith(
        "Error: No such command 'sesions'; did you mean 'sessions'?\n"
    )


@pytest.mark.usefixtures("plugged")
def test_what_is_near_nothing_is_refused_without_a_question() -> None:
    for line in ("nothing", "sessions nothing", "--zzz", "jobs list --nothing"):
        done = run(*line.split())

        assert done.exit_code == 2
        assert "did you mean" not in done.stderr.lower()


@pytest.mark.usefixtures("plugged")
def test_an_error_of_ours_is_a_sentence_and_a_status() -> None:
    done = run("greet", "nobody")

    assert done.exit_code == 1
    assert done.stderr == "Error: there is nobody\n"


@pytest.mark.usefixtures("plugged")
def test_a_command_that_cannot_be_loaded_leaves_the_others_alone() -> None:
    listed = run("--help")

    assert listed.exit_code == 0
    assert "greets" in listed.stdout
    done = run("lame", "--any", "thing")
    assert done.exit_code == 1
    assert "No module named 'no_such_framework'" in done.stderr


def test_without_the_extra_the_command_names_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_CLICK],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr == (
        "interactions: click not installed; the command line needs the extra `cli` of "
        "interactions-core: pip install 'click>=8.1.7' 'packaging>=24.0' 'rich>=13.7'\n"
    )


@pytest.mark.parametrize(
    "name", ["sessions", "usage", "explain", "replay", "export", "ui"]
)
def test_a_command_that_looks_into_a_store_starts_without_the_clients(
    name: str,
) -> None:
    code = f"import interactions_core.cli.{name}, sys; print(*sys.modules)"

    imported = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True
    ).stdout.split()

    assert f"interactions_core.cli.{name}" in imported
    assert not {"interactions_core.client.client", "google.genai"} & {*imported}

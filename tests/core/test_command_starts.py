"""Services that are told to end before they have begun to serve."""

import os
import signal
import sys
from pathlib import Path

import click
import pytest

from interactions_core import SqliteStore
from interactions_core.cli.jobs import jobs
from interactions_core.cli.ui import ui
from interactions_core.cli.webhook import webhook
from tests.commands import Running, running

HOWS = [signal.SIGTERM, signal.SIGINT]
HELD = """
import sys
print("held", flush=True)
open("hold").read()
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a store, a graph whose import is held, and such a browser."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INTERACTIONS_SESSIONS", "sqlite:///state.db")
    monkeypatch.setenv("GEMINI_API_KEY", "k")
    monkeypatch.setenv("BROWSER", f"{sys.executable} {tmp_path / 'held.py'} %s")
    SqliteStore("state.db").close()
    Path("held.py").write_text(HELD)
    # Nobody writes into it: whoever reads it waits for as long as that takes.
    os.mkfifo("hold")
    return tmp_path


@pytest.mark.parametrize("how", HOWS, ids=lambda how: how.name)
@pytest.mark.parametrize(
    ("group", "command"),
    [
        pytest.param(jobs, ("watch", "--resume", "held:graph"), id="watch"),
        pytest.param(
            webhook,
            ("serve", "--audience", "a", "--port", "0", "--resume", "held:graph"),
            id="serve",
        ),
    ],
)
def test_a_service_that_is_told_to_end_while_it_starts_ends_well(
    group: click.Group, command: tuple[str, ...], how: signal.Signals
) -> None:
    with running(group, *command) as service:
        service.wait_for("held")
        status = service.end(how)

    assert status == 0
    assert not any("Traceback" in line for line in service.said), service.said
    # What was open is closed: nothing is left beside the file.
    assert [path.name for path in Path().glob("state.db*")] == ["state.db"]


@pytest.mark.parametrize("how", HOWS, ids=lambda how: how.name)
def test_a_page_whose_browser_does_not_come_back_ends_well(how: signal.Signals) -> None:
    with running(ui) as service:
        service.wait_for("held")
        service.tell(how)
        # The browser is let go, which writes where the service does.
        Path("hold").write_text("")
        status = service.status()

    assert status == 0
    assert not any("Traceback" in line for line in service.said), service.said


def test_a_command_that_is_interrupted_while_it_is_imported_says_so_in_a_line() -> None:
    """The root of all commands is imported once it is known that click is there."""
    code = (
        "import sys, types; sys.path.insert(0, '.'); import builtins\n"
        # A shell has it ignored in what it starts in the background, tests among them.
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from interactions_core.cli import entry\n"
        "class Held:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'interactions_core.cli.root': import held\n"
        "sys.meta_path.insert(0, Held())\n"
        "entry.main()"
    )
    service = Running([sys.executable, "-c", code, "--help"])

    service.wait_for("held")

    assert service.end(signal.SIGINT) == 1
    assert service.said == ["held\n", "Aborted!\n"]

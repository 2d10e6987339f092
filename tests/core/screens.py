"""Whole screens of commands on one store, as `tests/fixtures/screens` keeps them.

`python -m tests.core.screens` writes those of today. An escape stands there as `␛`.
"""

import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from click.testing import CliRunner

from interactions_core import SqliteStore
from interactions_core.cli.doctor.doctor_text import check_lines
from interactions_core.cli.root import interactions
from interactions_core.doctor import Check, summary
from tests.core.looking import NOW, fill

FOLDER: Final = Path(__file__).parents[1] / "fixtures" / "screens"
WIDTHS: Final = (100, 160)
COMMANDS: Final = {
    "jobs list": ("jobs", "list", "--all"),
    "usage": ("usage",),
    "usage by thread": ("usage", "--by", "thread"),
}
PRICES: Final = {"name": "flat", "prices": [{"model": "*", "input": 1, "output": 2}]}

CHECKS: Final = (
    Check("python", "ok", "3.11.7"),
    Check("packages", "ok", "core 0.1.0, langgraph 0.1.0, autogen 0.1.0, crewai 0.1.0"),
    Check(
        "google-genai", "warn", "3.6.1 knows the status 'idle', this version does not"
    ),
    Check(
        "key", "ok", "GEMINI_API_KEY, gemini|generativelanguage.googleapis.com|ba0fd8"
    ),
    Check(
        "retention",
        "warn",
        "learned: 1 d, configured: 55 d. Threads of this key expire after a day",
        "Set retention=timedelta(days=1) or check the key's tier.",
    ),
    Check("jobs", "fail", "1 lost submit: job_5253e773 (\x1b[31mpatent-search)"),
    Check("store", "ok", f"sqlite:///{'a' * 60}.db, schema sessions 2, jobs 1"),
)
"""Findings of an installation, which differ from machine to machine."""


def screens(name: str) -> str:
    """Return all screens of a command in the folder with the store, in one text."""
    made = {
        **{f"{width} columns": (width, False) for width in WIDTHS},
        "piped": (None, False),
        **{f"{width} columns, coloured": (width, True) for width in WIDTHS},
    }
    show = _checks if name == "doctor" else _command(*COMMANDS[name])
    return "\n".join(_sections(show, made)).replace("\x1b", "␛")


def _sections(
    show: Callable[[int | None, bool], str], made: dict[str, tuple[int | None, bool]]
) -> Iterator[str]:
    for title, (width, coloured) in made.items():
        yield f"== {title} ==\n{show(width, coloured)}"


def _command(*typed: str) -> Callable[[int | None, bool], str]:
    def show(width: int | None, coloured: bool) -> str:  # noqa: FBT001 - of one caller
        environment = {"COLUMNS": None if width is None else str(width)}
        colour = ("--color", "always") if coloured else ()
        done = CliRunner(env=environment).invoke(interactions, [*typed, *colour])
        assert done.exit_code == 0, done.output
        return done.stdout

    return show


def _checks(width: int | None, coloured: bool) -> str:  # noqa: FBT001 - of one caller
    shown = [check_lines(each, width or 160, paint=coloured) for each in CHECKS]
    lines = [line for each in shown for line in each]
    return "\n".join([*lines, "", summary(CHECKS)]) + "\n"


def make_store() -> None:
    """Make the store of all screens here, and the prices that hold."""
    Path("flat.json").write_text(json.dumps(PRICES))
    store = SqliteStore("state.db")
    fill(store)
    store.close()


def main() -> None:
    time.time = lambda: NOW
    os.chdir(tempfile.mkdtemp())
    os.environ |= {
        "INTERACTIONS_SESSIONS": "sqlite:///state.db",
        "INTERACTIONS_PRICES": "flat.json",
    }
    make_store()
    FOLDER.mkdir(exist_ok=True)
    for name in (*COMMANDS, "doctor"):
        path = FOLDER / f"{name.replace(' ', '_')}.txt"
        path.write_text(screens(name), encoding="utf-8")


if __name__ == "__main__":
    main()

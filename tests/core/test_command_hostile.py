"""Whatever is stored, no command does anything to a terminal but show text in it."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from interactions_core import SqliteStore
from interactions_core.cli.printing.output import columns_of
from interactions_core.cli.root import interactions
from interactions_core.records.outlines import Sketch
from interactions_core.transcript.parts import text_part
from interactions_core.transcript.steps import user_input
from tests.core.looking import NOW, Thread, call, model, result, user
from tests.core.test_command_output import is_harmless

ESCAPES = "\x1b[31m\x1b]0;title\x07\x9b5m\x90q\x9c\u202eleft\u2066\x7f\r\n\t\u2028"
NAME = f"t{ESCAPES}</script>"
TEXT = f"{ESCAPES}\ud83d\x00{'w' * 100_000}\U000e0041"
KEYS = ("v1_first\x1b[2J", "v1_second\u202e")

COLOUR = re.compile("\x1b\\[(0|1|2|3[0-7])m")

COMMANDS = [
    ("sessions", "list"),
    ("sessions", "list", "--long"),
    ("sessions", "list", "--json"),
    ("sessions", "list", "--jsonl"),
    ("sessions", "list", "-q", TEXT[:40]),
    ("sessions", "list", "--thread", NAME),
    ("sessions", "show", "last", "--all"),
    ("sessions", "show", KEYS[0], "--steps", "--long"),
    ("sessions", "show", "last", "--json"),
    ("sessions", "show", NAME, "--hide-content"),
    ("sessions", "show", f"nobody{NAME}"),
    ("sessions", "tree", "last", "--all"),
    ("sessions", "tree", "last", "--json"),
    ("sessions", "diff", *KEYS),
    ("sessions", "diff", *KEYS, "--long", "--steps"),
    ("sessions", "diff", *KEYS, "--json"),
    ("replay", KEYS[1], "--dry-run"),
    ("replay", KEYS[1], "--dry-run", "--json"),
    ("explain", KEYS[1]),
    ("explain", KEYS[1], "--json"),
    ("explain", f"nobody{NAME}"),
    ("usage", "--by", "thread"),
    ("usage", "--by", "session"),
    ("usage", "--by", "model"),
    ("usage", "--by", "model", "--json"),
    ("accounts", "list"),
    ("jobs", "list", "--all"),
    ("jobs", "list", "--all", "--json"),
    ("jobs", "show", "job"),
    ("usage", "--budgets"),
    ("doctor", "--offline"),
    ("doctor", "--offline", "--json"),
    ("export", "--to", "steps"),
    ("export", "--to", "markdown"),
]


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INTERACTIONS_SESSIONS", "sqlite:///state.db")
    made = SqliteStore("state.db")
    thread = Thread(made, NAME, f"tenant{ESCAPES}", f"model:m{ESCAPES}")
    for key, text in zip(KEYS, (TEXT, f"another {TEXT}"), strict=True):
        thread.turn(
            *("root", NOW),
            key=key,
            sent=[user(text), result(f"f{ESCAPES}", 1, TEXT)],
            held=[
                call(f"g{ESCAPES}", 2, **{f"k{ESCAPES}": TEXT}),
                model(TEXT),
                {"type": f"odd{ESCAPES}", "any": TEXT},
            ],
            status=f"odd{ESCAPES}",
            sketch=Sketch(steps=[user_input([text_part(text)])], seeks=True),
        )
    thread.job("job\x1b[1m", NOW, status=f"s{ESCAPES}", interaction_id=f"v1_r{ESCAPES}")
    made.close()


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("columns", ["100", ""], ids=["terminal", "pipe"])
def test_no_command_prints_an_escape_sequence_that_was_stored(
    command: tuple[str, ...], columns: str
) -> None:
    runner = CliRunner(env={"COLUMNS": columns} if columns else {})
    done = runner.invoke(interactions, command)

    said = done.stdout + done.stderr
    assert said
    assert done.exception is None or isinstance(done.exception, SystemExit)
    assert all(map(is_harmless, said.split("\n")))
    said.encode()
    if "--json" in command or "--jsonl" in command:
        assert all(map(json.loads, done.stdout.splitlines()))


@pytest.mark.parametrize(
    "command", [("sessions", "list"), ("sessions", "show"), ("sessions", "tree")]
)
def test_in_colour_there_are_only_colours_of_ours(command: tuple[str, ...]) -> None:
    runner = CliRunner(env={"COLUMNS": "100"})
    done = runner.invoke(interactions, [*command, "--color", "always"])

    plain = COLOUR.sub("", done.stdout)
    assert plain != done.stdout
    assert all(map(is_harmless, plain.split("\n")))
    assert max(map(columns_of, plain.splitlines())) <= 100

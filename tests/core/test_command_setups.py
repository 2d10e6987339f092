"""What `explain`, `sessions show` and `sessions diff` say of what changed before a list."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from interactions_core import SqliteStore
from interactions_core.cli.root import interactions
from tests.core.changing_setups import LAST, fill_desk
from tests.schemas import check

EXPLAINED_100 = """
The instruction changed: it differs from that of turn 14.
The tools changed since turn 14: added pay; changed book; in another order.
Model, response format and options are the same.
The instruction has changed in 14 of 15 turns: something in it changes with every call, such as a
time; put that into the newest message.
Nothing is sent again for this, but less comes from the cache: that goes by how an input begins, and
it begins with the instruction and the tools.

sent        100 B, 1 step
"""

EXPLAINED_160 = """
The instruction changed: it differs from that of turn 14.
The tools changed since turn 14: added pay; changed book; in another order.
Model, response format and options are the same.
The instruction has changed in 14 of 15 turns: something in it changes with every call, such as a time; put that into the newest message.
Nothing is sent again for this, but less comes from the cache: that goes by how an input begins, and it begins with the instruction and the tools.

sent        100 B, 1 step
"""

SHOWN = "     setup   instruction changed; tools: added pay; changed book; in another order\n"

DIFFERS = """
no step differs, of 0

The instruction changed: it differs from that of the other turn.
The tools changed since the other turn: added pay; changed book; in another order.
Model, response format and options are the same.
Nothing is sent again for this, but less comes from the cache: that goes by how an input begins, and
it begins with the instruction and the tools.
"""


@pytest.fixture
def url(tmp_path: Path) -> str:
    path = tmp_path / "state.db"
    store = SqliteStore(path)
    fill_desk(store)
    store.close()
    return f"sqlite:///{path}"


def run(url: str, *arguments: str, columns: int = 100) -> Result:
    asked = [*arguments, "--sessions", url]
    done = CliRunner().invoke(interactions, asked, env={"COLUMNS": str(columns)})
    assert done.exit_code == 0, done.output
    return done


@pytest.mark.parametrize(
    ("columns", "wanted"), [(100, EXPLAINED_100), (160, EXPLAINED_160)]
)
def test_explain_says_what_changed_how_often_and_what_it_costs(
    url: str, columns: int, wanted: str
) -> None:
    assert wanted in run(url, "explain", LAST, columns=columns).stdout


@pytest.mark.parametrize("columns", [100, 160])
def test_show_names_what_changed_in_a_line_of_each_turn(url: str, columns: int) -> None:
    shown = run(url, "sessions", "show", "desk", columns=columns).stdout

    assert SHOWN in shown
    assert shown.count("     setup   instruction changed\n") == 13
    assert shown.count("setup") == 14


def test_a_narrow_show_breaks_the_line(url: str) -> None:
    shown = run(url, "sessions", "show", "desk", columns=60).stdout

    assert max(map(len, shown.splitlines())) <= 60
    assert "changed book; in another order" in " ".join(shown.split())


def test_diff_compares_any_two_turns(url: str) -> None:
    assert DIFFERS in run(url, "sessions", "diff", "v1_desk-003", LAST).stdout
    same = run(url, "sessions", "diff", LAST, LAST).stdout
    assert same.endswith("no step differs, of 0\n")


@pytest.mark.parametrize("hidden", [False, True])
def test_json_has_the_parts_and_without_content_no_names_of_tools(
    url: str, *, hidden: bool
) -> None:
    options = ("--json", *(["--hide-content"] if hidden else []))
    told = json.loads(run(url, "explain", LAST, *options).stdout)
    shown = json.loads(run(url, "sessions", "show", "desk", *options).stdout)
    differs = json.loads(
        run(url, "sessions", "diff", "v1_desk-014", LAST, *options).stdout
    )

    check("explain", told)
    check("sessions_show", shown)
    check("sessions_diff", differs)
    parts = {each["part"]: each for each in told["setup"]["parts"]}
    assert told["setup"]["compared_with"] == "v1_desk-014"
    assert told["setup"]["compared_with_turn"] == 14
    assert {name: each["state"] for name, each in parts.items()} == {
        "model": "same",
        "instruction": "changed",
        "tools": "changed",
        "response_format": "same",
        "options": "same",
    }
    assert parts["tools"]["added"] == (None if hidden else ["pay"])
    assert parts["instruction"]["then_bytes"] == len("It is 14:14.")
    assert (parts["instruction"]["changes"], parts["instruction"]["among"]) == (14, 15)
    assert shown["turns"][0]["setup"] is None
    assert shown["turns"][-1]["setup"]["parts"][2]["moved"] is True
    assert differs["setup"]["parts"][1]["state"] == "changed"
    for found in (told, shown, differs):
        assert ("pay" in json.dumps(found)) is not hidden


@pytest.mark.parametrize("command", ["explain", "sessions show", "sessions diff"])
def test_what_is_hidden_is_counted(url: str, command: str) -> None:
    names = {"sessions show": ("desk",), "sessions diff": ("v1_desk-003", LAST)}
    asked = (*command.split(), *names.get(command, (LAST,)), "--hide-content")

    said = run(url, *asked).stdout

    assert "added 1; changed 1; in another order" in said
    assert "pay" not in said

"""What the README claims beyond running code."""

import pytest

import interactions_autogen
import interactions_langgraph
from tests.docs import compatibility
from tests.docs.pages import ROOT, blocks_of, rows_of

README = ROOT / "README.md"
CLIENTS = ("ChatGoogleGenerativeAI", "ChatInteractions")


def test_first_screen_has_at_most_45_lines() -> None:
    first_screen = README.read_text(encoding="utf-8").partition("\n## ")[0]

    assert len(first_screen.splitlines()) <= 45


def test_first_screen_says_what_it_is_for_and_when_not() -> None:
    first_screen = README.read_text(encoding="utf-8").partition("\n## ")[0]

    for said in ("**For**", "**Not for**", "**It saves**", "**It does not save**"):
        assert said in first_screen
    assert "`session_id=" in first_screen.partition("**Isolation:**")[2]


def test_first_screen_tells_the_bytes_of_the_table() -> None:
    first_screen = README.read_text(encoding="utf-8").partition("\n## ")[0]
    rows = rows_of(README, "client")

    stock, ours = (rows[f"`{name}`"][-1] for name in CLIENTS)
    longest = [cell.partition(" B")[0] for cell in (ours, stock)]
    assert "{} B in place of {} B".format(*longest) in first_screen


def test_first_screen_changes_the_line_that_moving_over_changes() -> None:
    first, second, *_ = blocks_of(README, "diff")

    assert first.text == second.text
    assert first.text in README.read_text(encoding="utf-8").partition("\n## ")[0]


def test_first_screen_has_the_example_with_its_output() -> None:
    first_screen = README.read_text(encoding="utf-8").partition("\n## ")[0]
    (example,) = blocks_of(README, "python")

    assert example.text in first_screen
    assert example.printed
    assert len(example.text.splitlines()) <= 16


def test_classes_of_the_table_are_those_that_there_are() -> None:
    rows = rows_of(README, "framework")

    for name in interactions_langgraph.__all__:
        assert f"`{name}`" in rows["LangGraph"][1]
    for name in interactions_autogen.__all__:
        assert f"`{name}`" in rows["AutoGen"][1]
    # CrewAI is in an environment of its own.
    for name in ("InteractionsLLM", "InteractionsAgentTool"):
        assert f"`{name}`" in rows["CrewAI"][1]


@pytest.mark.parametrize("session", ["demo", "tests", "crewai", "docs", "bench"])
def test_sessions_that_it_names_exist(session: str) -> None:
    assert f"nox -s {session}" in README.read_text(encoding="utf-8")
    assert f"\ndef {session}(" in (ROOT / "noxfile.py").read_text(encoding="utf-8")


def test_compatibility_tables_are_up_to_date() -> None:
    """`python -m tests.docs.compatibility` writes them."""
    assert README.read_text(encoding="utf-8") == compatibility.readme()
    assert compatibility.table() in README.read_text(encoding="utf-8")
    assert compatibility.PAGE.read_text(encoding="utf-8") == compatibility.page()

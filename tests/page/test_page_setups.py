"""The page says what changed before a list, in a file and where it is served."""

from pathlib import Path
from typing import Any, cast

import pytest

from interactions_core import SqliteStore
from interactions_core.page.reading import View
from interactions_core.page.reasons import reason_json, reasons_json
from tests.browser import Looked
from tests.core.changing_setups import LAST, fill_desk
from tests.page.conftest import write_page
from tests.page.serving import serve

pytestmark = [pytest.mark.xdist_group("browser")]

SAID = "The tools changed since turn 14: added pay; changed book; in another order."
COUNTED = "The tools changed since turn 14: added 1; changed 1; in another order."
OFTEN = "The instruction has changed in 14 of 15 turns: something in it changes"


@pytest.fixture(autouse=True)
def desk(folder: Path) -> None:
    with_desk = SqliteStore(folder / "state.db")
    fill_desk(with_desk)
    with_desk.close()


def test_a_turn_that_went_on_says_what_changed_and_how_often(looked: Looked) -> None:
    looked.open(write_page("desk").as_uri(), "#why")

    assert SAID in looked.text("#why")
    assert OFTEN in looked.text("#why")
    assert "under another system instruction" in looked.text("#why")


def test_names_of_tools_are_counted_while_content_is_hidden(looked: Looked) -> None:
    looked.open(write_page("desk").as_uri(), "#why")
    looked.press("h")

    assert COUNTED in looked.text("#why")
    assert "pay" not in looked.text("#why")


def test_a_file_without_content_has_no_names_of_tools(looked: Looked) -> None:
    file = write_page("desk", "--hide-content")
    looked.open(file.as_uri(), "#why")

    assert COUNTED in looked.text("#why")
    assert "added pay" not in file.read_text(encoding="utf-8")


def test_where_it_is_served_the_same_is_said(looked: Looked, folder: Path) -> None:
    for server in serve(folder):
        looked.open(server.url, "#why")
        looked.page.wait_for_function(
            f"document.getElementById('why').textContent.includes({SAID!r})"
        )

        assert OFTEN in looked.text("#why")


def test_served_and_written_it_is_one_text(folder: Path) -> None:
    found = SqliteStore(folder / "state.db", read_only=True)
    view = View(store=found, url="state.db", now=0.0)
    [told] = view.conversations()
    turns = found.records(told.id)

    written = cast("Any", reasons_json(view, told.id, turns))["why"][LAST]

    assert written["setup"] == cast("Any", reason_json(view, told.id, LAST))["setup"]
    found.close()

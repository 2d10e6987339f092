"""Content that is hidden is nowhere: not on the page, in titles, copies or on paper."""

from itertools import product

import pytest

from tests.browser import Looked
from tests.page.conftest import SENTINEL, write_page

pytestmark = [pytest.mark.usefixtures("store"), pytest.mark.xdist_group("browser")]

SHOWN = """() => document.title + document.getElementById("app").outerHTML
  + [...document.querySelectorAll("input, select")].map((each) => each.value)
  + [...document.querySelectorAll(".printed")].map((each) => each.outerHTML)"""

THREADS = {"hostile": "hostile", "nameless": SENTINEL}
"""How a thread is found in the list; one without an id goes by its first words."""


@pytest.mark.parametrize(
    ("name", "view", "sheet"),
    [*product(THREADS, ("tree", "transcript"), ("1", "2", "3"))],
)
def test_hidden_content_is_nowhere_on_the_page(
    looked: Looked, name: str, view: str, sheet: str
) -> None:
    looked.open(write_page("--all-threads").as_uri())
    looked.thread(THREADS[name])
    looked.press("k", "k", sheet, *(["t"] if view == "transcript" else []))
    assert SENTINEL in looked.page.evaluate(SHOWN)
    looked.press("h")
    shown = looked.page.evaluate(SHOWN)
    assert "hidden ·" in shown
    assert SENTINEL not in shown
    looked.press("Escape")
    looked.page.wait_for_selector(".over")
    assert SENTINEL not in looked.page.evaluate(SHOWN)


def test_hidden_content_is_not_printed(looked: Looked) -> None:
    looked.open(write_page("--all-threads").as_uri())
    looked.press("h")
    looked.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    shown = looked.page.evaluate(SHOWN)
    assert "hidden" in looked.page.locator(".printed pre").first.text_content()
    assert SENTINEL not in shown


def test_hidden_content_is_not_found_by_a_search(looked: Looked) -> None:
    looked.open(write_page("--all-threads").as_uri())
    looked.press("h", "/")
    looked.page.keyboard.type(SENTINEL)
    assert "No thread matches" in looked.text(".list")


def test_hidden_content_is_not_copied(looked: Looked) -> None:
    looked.context.grant_permissions(["clipboard-read", "clipboard-write"])
    looked.open(write_page("hostile").as_uri(), ".row")
    looked.page.evaluate("navigator.clipboard.writeText('nothing')")
    looked.press("h", "y")
    assert looked.page.locator(".copy").count() == 0
    assert looked.page.evaluate("navigator.clipboard.readText()") == "nothing"

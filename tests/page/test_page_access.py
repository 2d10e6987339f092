"""Whoever reads the page, and on whatever: rules of accessibility, and narrow screens."""

from collections.abc import Callable
from typing import Any

import pytest

from interactions_core import SqliteStore
from tests.browser import Looked
from tests.page.conftest import write_page
from tests.page.drawn import fill_drawn

pytestmark = [pytest.mark.xdist_group("browser")]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
PHONE = 390

STATES: dict[str, tuple[str, str]] = {
    "overview": ("", "h1"),
    "thread": ("support-7731", ".row"),
    "explain": ("contract-review", ".diff"),
    "stuck-job": ("pricing-brief", ".detail .facts"),
}
"""The thread that is open, and what is looked for."""


@pytest.fixture
def page(folder: Any) -> str:
    store = SqliteStore(folder / "state.db")
    fill_drawn(store)
    store.close()
    return write_page("--all-threads").as_uri()


def show(looked: Looked, page: str, name: str, *, is_phone: bool) -> None:
    """Open a state; on a phone that is the last of the steps that lead to it."""
    thread, sought = STATES[name]
    looked.open(page)
    if thread:
        looked.thread(thread)
        if is_phone and sought.startswith((".diff", ".detail")):
            looked.page.locator(".row[aria-selected=true]").click()
    elif is_phone:
        looked.page.locator(".item").first.click()
    looked.page.locator(sought).first.wait_for(state="visible")


@pytest.mark.parametrize("name", STATES)
@pytest.mark.parametrize("wide", [1440, PHONE])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(
    browser: Any, page: str, scheme: str, wide: int, name: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    looked = Looked(browser, wide=wide, color_scheme=scheme, bypass_csp=True)
    show(looked, page, name, is_phone=wide == PHONE)
    found = axe.run(looked.page, options=RULES).response["violations"]
    looked.context.close()
    told = [f"{e['id']}: {node['html'][:200]}" for e in found for node in e["nodes"]]
    assert told == []


def _overflow(looked: Looked) -> int:
    return looked.page.evaluate("document.documentElement.scrollWidth - innerWidth")


@pytest.mark.parametrize("name", STATES)
def test_nothing_is_wider_than_a_phone(browser: Any, page: str, name: str) -> None:
    looked = Looked(browser, wide=PHONE, high=844)
    show(looked, page, name, is_phone=True)
    assert _overflow(looked) == 0
    looked.context.close()


def test_a_phone_leads_from_the_list_to_a_turn_and_back(
    browser: Any, page: str
) -> None:
    looked = Looked(browser, wide=PHONE, high=844, has_touch=True)
    looked.open(page)
    looked.page.locator(".item", has_text="support-7731").tap()
    looked.page.locator(".row").nth(3).tap()
    looked.page.locator(".detail h2").first.wait_for(state="visible")
    steps: list[Callable[[], Any]] = [
        looked.page.locator(".row").first.wait_for,
        looked.page.locator(".item").first.wait_for,
    ]
    for name, wait in zip(
        ("\u2039 support-7731", "\u2039 Threads"), steps, strict=True
    ):
        assert looked.text(".back") == name
        looked.page.locator(".back").tap()
        wait(state="visible")
    looked.context.close()


def test_back_of_the_browser_leads_a_phone_from_a_turn_to_its_thread(
    browser: Any, page: str
) -> None:
    looked = Looked(browser, wide=PHONE, high=844, has_touch=True)
    looked.open(page)
    looked.page.locator(".item", has_text="support-7731").tap()
    # The one that is chosen already, whose address is that of the thread.
    looked.page.locator(".row[aria-selected=true]").tap()
    looked.page.locator(".detail h2").first.wait_for(state="visible")
    looked.page.go_back()
    looked.page.locator(".row").first.wait_for(state="visible")
    assert looked.text(".back") == "\u2039 Threads"
    looked.page.go_forward()
    looked.page.locator(".detail h2").first.wait_for(state="visible")
    looked.page.locator(".back").tap()
    looked.page.locator(".row").first.wait_for(state="visible")
    looked.page.go_back()
    looked.page.locator(".item").first.wait_for(state="visible")
    looked.context.close()


@pytest.mark.parametrize("wide", [1440, PHONE])
def test_what_is_pressed_is_large_enough(browser: Any, page: str, wide: int) -> None:
    least = 38 if wide == PHONE else 24
    looked = Looked(browser, wide=wide, high=844)
    looked.open(page)
    looked.thread("support-7731")
    sizes = """() => [...document.querySelectorAll("button, select, input, .item, .row")]
      .filter((each) => each.offsetHeight)
      .map((each) => [each.offsetHeight, each.outerHTML.slice(0, 80)])"""
    small = [each for each in looked.page.evaluate(sizes) if each[0] < least]
    looked.context.close()
    assert small == []


def test_nothing_moves_for_whoever_wants_that(browser: Any, page: str) -> None:
    found = {}
    for wish in ("reduce", "no-preference"):
        looked = Looked(browser, reduced_motion=wish)
        looked.open(page)
        looked.thread("support-7731")
        lasting = """() => Math.max(...[...document.querySelectorAll("*")].flatMap((each) =>
          [getComputedStyle(each).transitionDuration, getComputedStyle(each).animationDuration]
            .flatMap((said) => said.split(",").map(parseFloat))))"""
        found[wish] = looked.page.evaluate(lasting)
        looked.context.close()
    assert found == {"reduce": 0, "no-preference": 0.08}


def test_forced_colours_are_those_of_the_system(browser: Any, page: str) -> None:
    looked = Looked(browser, forced_colors="active")
    looked.open(page)
    looked.thread("support-7731")
    shown = """() => {
      const row = getComputedStyle(document.querySelector(".row[aria-selected=true]"));
      const probe = document.createElement("i");
      probe.style.color = "CanvasText";
      document.body.append(probe);
      const rail = getComputedStyle(document.querySelector(".row svg line"));
      return [row.outlineStyle, rail.stroke === getComputedStyle(probe).color];
    }"""
    assert looked.page.evaluate(shown) == ["solid", True]
    looked.context.close()

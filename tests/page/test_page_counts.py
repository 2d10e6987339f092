"""What nobody knows is never nothing: not in sums, not in rows, not in the panel."""

from contextlib import closing
from pathlib import Path

import pytest

from interactions_core import SqliteStore
from interactions_core.cli.printing.figures import tokens_text
from tests.browser import Looked
from tests.core.looking import NOW, Thread
from tests.page.conftest import write_page
from tests.page.drawn import fill_drawn

pytestmark = [pytest.mark.xdist_group("browser")]

NOTHING = r"""() => document.querySelector("#app").innerText.match(/.*\$0(?![.\d]).*/g) || []"""
COST = ".totals > div:last-child dd"


@pytest.fixture
def page(folder: Path) -> str:
    store = SqliteStore(folder / "state.db")
    fill_drawn(store)
    store.close()
    return write_page("--all-threads").as_uri()


def test_what_nobody_knows_is_nowhere_nothing(looked: Looked, page: str) -> None:
    looked.open(page)
    assert looked.page.evaluate(NOTHING) == []
    threads = looked.page.locator(".item[data-thread]:not([data-thread=''])")
    for item in threads.all():
        item.click()
        for metric in ("Cost", "Bytes", "Tokens"):
            looked.page.get_by_role("button", name=metric, exact=True).click()
            assert looked.page.evaluate(NOTHING) == []


@pytest.mark.parametrize(
    ("thread", "cost"),
    [("hydrogen", "no price"), ("market-tpu", "≥ $0.0060"), ("pricing-brief", "–")],  # noqa: RUF001  as the page writes nothing
)
def test_a_sum_says_what_it_leaves_out(
    looked: Looked, page: str, thread: str, cost: str
) -> None:
    looked.open(page)
    looked.thread(thread)
    item = looked.page.locator(".item[aria-current] .num").first
    assert (item.inner_text(), looked.text(COST)) == (cost, cost)


@pytest.mark.parametrize("count", [999_994_000, 999_996_000, 1_211_790_000])
def test_many_tokens_are_written_as_commands_do(
    looked: Looked, folder: Path, count: int
) -> None:
    with closing(SqliteStore(folder / "state.db")) as store:
        Thread(store, "short").turn("root", NOW - 60)
        Thread(store, "long").turn("root", NOW, tokens=count)
    looked.open(write_page("--all-threads").as_uri())
    looked.thread("long")

    assert tokens_text(count) in looked.text(".totals")


def test_a_turn_without_a_price_says_so_in_all_its_places(
    looked: Looked, page: str
) -> None:
    looked.open(page)
    looked.thread("hydrogen")
    assert {*looked.page.locator(".row .cost").all_inner_texts()} == {"no price"}
    said = looked.text(".detail")
    assert "No price, or not of all of it: nobody says what it costs." in said
    assert "$" not in said

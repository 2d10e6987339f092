"""The transcript of a long conversation: articles for what is seen, and all within reach."""

import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from interactions_core import SqliteStore
from interactions_core.page.server import PageServer
from tests.browser import Looked
from tests.core.looking import Thread, at, model, user
from tests.page.conftest import write_page
from tests.page.drawn import fill_long
from tests.page.serving import serve
from tests.page.test_page_access import RULES
from tests.page.test_page_sizes import COUNT, ELEMENTS
from tests.programs import run_program

pytestmark = [pytest.mark.xdist_group("browser")]

TURNS = 5_000
SOURCES = ("file", "server")

PATH = "document.querySelectorAll('.talk article').length"

SHOWN = """() => {
  const scroll = document.querySelector(".main .scroll").getBoundingClientRect();
  const chosen = document.querySelector(".talk article[aria-current]");
  if (!chosen) return null;
  const { top, bottom, height } = chosen.getBoundingClientRect();
  const seen = Math.min(bottom, scroll.bottom) - Math.max(top, scroll.top);
  return { part: seen / Math.min(height, scroll.height), text: chosen.innerText };
}"""
"""How much of the chosen article is seen, and what it says."""

SCROLLED = """async ([from, to, steps]) => {
  const scroll = document.querySelector(".main .scroll");
  const empty = [];
  let most = 0;
  for (let step = 0; step <= steps; step += 1) {
    const whole = scroll.scrollHeight - scroll.clientHeight;
    scroll.scrollTop = whole * (from + (to - from) * step / steps);
    await new Promise(requestAnimationFrame);
    const { left, width, top, bottom } = scroll.getBoundingClientRect();
    // Above the first article and below the last one there is a margin.
    for (const y of [top + 40, (top + bottom) / 2, bottom - 60]) {
      const found = document.elementFromPoint(left + width / 2, y);
      if (!found || !found.closest("article")) empty.push([step, y - top]);
    }
    most = Math.max(most, document.querySelectorAll("#app *").length);
  }
  return [empty, most];
}"""
"""Scrolls in even steps; returns where no article was, and the most elements there were."""


@pytest.fixture(scope="module")
def where(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a store of one conversation of many turns."""
    folder = tmp_path_factory.mktemp("transcript")
    store = SqliteStore(folder / "state.db")
    fill_long(store, TURNS)
    store.close()
    return folder


@pytest.fixture(params=SOURCES)
def opened(
    request: pytest.FixtureRequest,
    looked: Looked,
    where: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Looked]:
    """The transcript, of a file or of a server."""
    monkeypatch.chdir(where)
    if request.param == "server":
        for server in serve(where):
            show(looked, server.url)
            yield looked
            looked.page.goto("about:blank")
        return
    if not Path("page.html").exists():
        write_page("--all-threads")
    show(looked, Path("page.html").absolute().as_uri())
    yield looked


def show(looked: Looked, url: str) -> None:
    looked.open(url, ".row")
    looked.press("t")
    looked.page.wait_for_selector(".talk article[aria-current]")


def scroll_to(looked: Looked, top: int) -> None:
    """Scroll, and wait until what is seen there is drawn, which is with the next frame."""
    looked.page.evaluate(
        f"""document.querySelector('.main .scroll').scrollTop = {top};
        new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"""
    )
    looked.page.locator(".talk[aria-busy=false]").wait_for()


def text_of_chosen(looked: Looked) -> str:
    """Return what the chosen article says, which is seen, once it is here."""
    article = looked.page.locator(".talk article[aria-current]")
    article.filter(has_not_text="Loading").wait_for()
    shown = looked.page.evaluate(SHOWN)
    assert shown["part"] > 0.9, shown
    return str(shown["text"])


def test_a_transcript_is_few_elements_wherever_it_is_scrolled_to(
    opened: Looked,
) -> None:
    assert opened.page.evaluate(COUNT) <= ELEMENTS
    for way in ([0, 1, 300], [1, 0, 11], [0, 0.03, 200]):
        empty, most = opened.page.evaluate(SCROLLED, way)
        assert (empty, most <= ELEMENTS) == ([], True)
    assert opened.complaints == []


def test_home_and_end_lead_to_the_first_turn_and_the_last(opened: Looked) -> None:
    opened.press("End")
    assert f"Reading {TURNS - 1}:" in text_of_chosen(opened)
    bottom = "(s => s.scrollTop + s.clientHeight - s.scrollHeight)(document.querySelector('.main .scroll'))"
    assert abs(opened.page.evaluate(bottom)) <= 60
    opened.press("Home")
    assert "Reading 0:" in text_of_chosen(opened)
    assert opened.page.evaluate("document.querySelector('.main .scroll').scrollTop") < 2
    # Whatever scrolls there, without a key.
    opened.page.evaluate("document.querySelector('.main .scroll').scrollTop = 1e9")
    last = opened.page.locator(f"#a{TURNS - 1}")
    last.wait_for()
    assert abs(opened.page.evaluate(bottom)) <= 2
    assert last.get_attribute("aria-posinset") == last.get_attribute("aria-setsize")


def test_a_jump_to_any_turn_shows_that_turn(opened: Looked) -> None:
    """From the tree and back, by the address, and by keys."""
    seed = random.randrange(10**6)
    sys.stdout.write(f"seed {seed}\n")
    base = opened.page.evaluate("location.hash").rpartition("/")[0]
    rows = [0, TURNS - 1, *random.Random(seed).sample(range(TURNS), 12)]
    for row in rows:
        key = f"v1_long-{row:05}"
        opened.page.evaluate(f"location.hash = '{base}/{key}'")
        opened.page.wait_for_selector(f"#a{row}[aria-current]")
        assert f"Reading {row}:" in text_of_chosen(opened)
        opened.press("t")
        chosen = opened.page.locator(".row[aria-selected=true]", has_text=f"Reading {row}:")  # fmt: skip
        chosen.wait_for()
        opened.press("t")
        assert f"Reading {row}:" in text_of_chosen(opened)
        assert opened.page.evaluate(COUNT) <= ELEMENTS
    for key in ("r", "k", "p", "f", "r", "j"):
        opened.press(key)
        number = int(opened.chosen().rpartition("-")[2])
        assert f"Reading {number}:" in text_of_chosen(opened)
    assert opened.complaints == []


def test_the_keyboard_is_never_lost(opened: Looked) -> None:
    inside = "document.querySelector('.main').contains(document.activeElement)"
    assert opened.page.evaluate("document.activeElement.className") == "scroll"
    opened.press("End", "f")
    button = opened.page.locator(".talk article header button").first
    button.focus()
    opened.page.evaluate("document.querySelector('.main .scroll').scrollTop = 2e4")
    opened.page.locator(".main .scroll:focus").wait_for()
    for key in ("t", "h", "t", "h"):
        opened.press(key)
        assert opened.page.evaluate(inside), key
    opened.page.get_by_role("button", name="Tree").click()
    opened.page.get_by_role("button", name="Cost", exact=True).click()
    assert opened.page.evaluate("document.activeElement.id") == "do-cost"
    opened.page.locator("#tab-sent").click()
    assert opened.page.evaluate("document.activeElement.id") == "tab-sent"


def test_what_is_read_stays_where_content_is_hidden(opened: Looked) -> None:
    scroll_to(opened, 200_000)
    top = """() => [...document.querySelectorAll(".talk article")]
      .find((each) => each.getBoundingClientRect().bottom > document.querySelector(".main .scroll").getBoundingClientRect().top).id"""
    before = opened.page.evaluate(top)
    opened.press("h")
    assert opened.page.evaluate(top) == before
    assert "Reading" not in opened.text(".main")
    opened.press("h")
    assert opened.page.evaluate(top) == before


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_a_transcript(
    browser: Any, where: Path, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    monkeypatch.chdir(where)
    page = write_page("--all-threads").as_uri()
    looked = Looked(browser, color_scheme=scheme, bypass_csp=True)
    show(looked, page)
    found = axe.run(looked.page, options={"runOnly": RULES["runOnly"]})
    assert found.response["violations"] == []
    looked.context.close()


def test_a_transcript_is_printed_whole(
    looked: Looked, where: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(where)
    show(looked, write_page("--all-threads").as_uri())
    looked.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    looked.page.emulate_media(media="print")
    assert looked.page.locator("#app").is_hidden()
    assert looked.page.locator(".printed h3").count() == TURNS
    said = str(looked.page.locator(".printed").text_content())
    assert [n for n in range(TURNS) if f"Reading {n}:" not in said] == []


def test_a_turn_that_sent_thousands_of_steps_shows_the_last(
    looked: Looked, folder: Path
) -> None:
    store = SqliteStore(folder / "state.db")
    thread = Thread(store, "whole", "acme")
    steps = [step for n in range(3_000) for step in (user(f"Ask {n}."), model(f"Say {n}."))]  # fmt: skip
    key = thread.turn("root", at("28 Nov 08:00"), sent=steps, held=[model("At last.")])
    table = "| a | b |\n" * 800
    hostile = [model(table), model("x `a` **b**\n\n" * 600)]
    thread.turn("continue", at("28 Nov 08:01"), key, sent=[user("Go on.")], held=hostile)  # fmt: skip
    store.close()
    for server in serve(folder):
        for url in (write_page("whole").as_uri(), server.url):
            look_at_whole(looked, url, key)
        looked.page.goto("about:blank")


def look_at_whole(looked: Looked, url: str, key: str) -> None:
    show(looked, url)
    looked.press("Home")
    said = text_of_chosen(looked)
    assert "Say 2999." in said
    assert "At last." in said
    assert f"5,941 steps before these are not shown. All of them: interactions sessions show {key} --steps" in said  # fmt: skip
    for sheet in ("2", "3", "1"):
        looked.press(sheet)
        assert looked.page.evaluate(COUNT) <= ELEMENTS
    assert looked.complaints == []


def test_news_move_nothing_that_is_read(
    looked: Looked, store: SqliteStore, folder: Path
) -> None:
    del store
    for server in serve(folder):
        check_news(looked, server, folder)
        looked.page.goto("about:blank")


def check_news(looked: Looked, server: PageServer, folder: Path) -> None:
    looked.open(server.url)
    looked.thread("support-7731")
    looked.press("t")
    scroll_to(looked, 900)
    top = "(a => [a.id, a.getBoundingClientRect().top])(document.querySelector('.talk article:nth-child(4)'))"
    before = looked.page.evaluate(top)
    focused = looked.page.evaluate("document.activeElement.className")
    run_program("tests.page.one_more_turn", folder / "state.db")
    looked.page.locator(".totals", has_text="62").wait_for()
    name, place = looked.page.evaluate(top)
    # A browser keeps where something is scrolled to in whole pixels.
    assert name == before[0]
    assert abs(place - before[1]) < 1
    assert looked.page.evaluate("document.activeElement.className") == focused
    assert looked.complaints == []

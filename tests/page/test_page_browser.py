"""The page as a browser shows it, from a disk and without a network."""

import json
from typing import Any

import pytest
from langchain_core.messages import BaseMessage, HumanMessage

from interactions_core import SqliteStore
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions
from tests.browser import Looked
from tests.conftest import Clock
from tests.core.looking import Thread, at, model, user
from tests.page.conftest import SENTINEL, write_page
from tests.waiting import go_by

pytestmark = [pytest.mark.usefixtures("store"), pytest.mark.xdist_group("browser")]

HEADINGS = {
    "root": "First turn",
    "continue": "Continued",
    "fork": "Fork",
    "retry": "Retry",
    "expired": "Sent again: expired",
    "foreign": "Sent again: foreign",
    "stateless": "Sent again: stateless",
    "explicit": "Explicit parent",
    "separate": "Asked separately",
}


def test_a_file_opens_from_a_disk_with_one_request_and_no_complaint(
    looked: Looked,
) -> None:
    looked.context.set_offline(True)
    looked.open(write_page("--all-threads").as_uri())
    looked.thread("support-7731")
    assert len(looked.requests) == 1
    assert looked.complaints == []


def test_the_page_says_the_sums_of_the_store(
    looked: Looked, store: SqliteStore
) -> None:
    looked.open(write_page("--all-threads").as_uri())
    found = store.list_conversations()
    said = looked.text(".over > p")
    assert f"{found.matching} threads, {found.total.turns} turns" in said
    assert "At least $" in said
    looked.thread("support-7731")
    assert looked.text(".totals").split() == ["Turns", "61", "Sent", "again", "2", "Tokens", "61k", "Cost", "$0.186"]  # fmt: skip
    looked.thread("trip-kyoto")
    assert "≥ $0.014" in looked.text(".totals")
    looked.thread("Compare the offers.")
    assert "no price" in looked.text(".totals")
    assert "$0" not in looked.text(".detail")


def test_the_overview_leads_to_the_thread_that_cost_most(looked: Looked) -> None:
    looked.open(write_page("--all-threads").as_uri())
    dearest = looked.page.locator(".over > table.sums:not(.care) tbody tr")
    assert dearest.count() == 5
    cells = dearest.first.locator("td").all_inner_texts()
    assert cells == ["contract-review", "12", "415k", "$0.785", "$0.857"]
    dearest.first.locator("a").click()
    looked.page.locator(".head h1", has_text="contract-review").wait_for()
    assert "11 of 12 turns were sent in full" in looked.text(".note")


def test_each_reason_has_its_heading(looked: Looked) -> None:
    looked.open(write_page("reasons").as_uri(), ".row")
    looked.press(*["k"] * 9)
    for heading in HEADINGS.values():
        assert looked.text(".detail h2") == heading
        looked.press("j")


def test_jobs_say_what_is_to_be_done(looked: Looked) -> None:
    looked.open(write_page("--all-threads").as_uri())
    looked.thread("pricing-brief")
    assert "Nobody waits for this job." in looked.text(".note")
    assert "interactions jobs watch" in looked.text(".note")
    looked.thread("patent-search")
    assert "The answer to the create was lost." in looked.text(".note.bad")
    looked.thread("sanctions-check")
    assert "Job failed" in looked.text(".detail h2")


def test_keys_walk_through_turns_branches_and_threads(looked: Looked) -> None:
    looked.open(write_page("--all-threads").as_uri())
    looked.thread("trip-kyoto")
    looked.press("p")
    begun = looked.chosen()
    visited = []
    for _ in range(3):
        looked.press("f")
        visited.append(looked.chosen())
    assert len({*visited}) == 3
    assert visited[-1] == begun
    looked.press("p")
    parent = looked.chosen()
    looked.press("j", "k")
    assert looked.chosen() == parent
    looked.press("t")
    looked.page.wait_for_selector(".talk")
    looked.press("t", "]")
    looked.page.locator(".head h1", has_text="support-7731").wait_for()
    again = looked.chosen()
    looked.press("r")
    assert looked.text(".detail h2") == "Sent again: expired"
    assert looked.chosen() != again


def test_keys_do_nothing_where_somebody_types(looked: Looked) -> None:
    looked.open(write_page("--all-threads").as_uri())
    looked.thread("support-7731")
    before = looked.chosen()
    looked.press("/")
    looked.page.keyboard.type("jkhtfr")
    assert looked.page.input_value("#search") == "jkhtfr"
    assert looked.chosen() == before
    assert "No thread matches" in looked.text(".list")


def test_a_search_finds_what_was_said(looked: Looked) -> None:
    looked.open(write_page("--all-threads").as_uri())
    looked.press("/")
    looked.page.keyboard.type("blue cable")
    assert looked.page.locator(".item[data-thread]:not([data-thread=''])").count() == 1


def test_a_page_that_is_loaded_anew_shows_the_same_turn(looked: Looked) -> None:
    looked.open(write_page("--all-threads").as_uri())
    looked.thread("support-7731")
    looked.press("j", "j")
    chosen, heading = looked.chosen(), looked.text(".detail h2")
    looked.page.reload()
    looked.page.wait_for_selector(".row[aria-selected=true]")
    assert (looked.chosen(), looked.text(".detail h2")) == (chosen, heading)
    looked.page.go_back()
    looked.page.wait_for_selector(".over")


@pytest.mark.parametrize("view", ["tree", "transcript"])
def test_hidden_content_is_nowhere_on_the_page(looked: Looked, view: str) -> None:
    looked.open(write_page("--all-threads").as_uri())
    looked.thread("hostile")
    looked.press("k", "k")
    assert SENTINEL in looked.page.content().partition("<noscript")[0]
    looked.press("h", *(["t"] if view == "transcript" else []))
    shown = looked.page.evaluate(
        "document.title + document.getElementById('app').outerHTML"
    )
    assert "hidden ·" in shown
    assert SENTINEL not in shown


def test_hostile_content_runs_nothing_and_breaks_nothing(looked: Looked) -> None:
    looked.open(write_page("hostile").as_uri(), ".row")
    looked.press("k", "k", "j", "t")
    looked.page.wait_for_selector(".talk")
    assert looked.complaints == []
    assert len(looked.requests) == 1
    assert looked.page.locator("#app a[href^=javascript], #app img").count() == 0
    wide = "document.documentElement.scrollWidth"
    assert looked.page.evaluate(wide) == 1440


def test_all_texts_are_there_without_a_script(browser: Any) -> None:
    looked = Looked(browser, java_script_enabled=False)
    looked.open(write_page("--all-threads").as_uri(), "")
    said = looked.text("body")
    assert "Do you also have the blue cable in stock?" in said
    assert "All three are clear: Kyoto 11 °C" in said
    assert "continues turn" in said
    link = looked.page.locator("table a").first
    target = link.get_attribute("href")
    assert looked.page.locator(f'[id="{(target or "")[1:]}"]').count() == 1
    looked.context.close()


def test_what_is_printed_has_all_texts(looked: Looked) -> None:
    looked.open(write_page("trip-kyoto").as_uri(), ".row")
    looked.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    looked.page.emulate_media(media="print")
    assert looked.page.locator("#app").is_hidden()
    assert "All three are clear: Kyoto 11 °C" in looked.text(".printed")


def test_nothing_is_wider_than_a_phone(browser: Any) -> None:
    looked = Looked(browser, wide=390, high=844)
    looked.open(write_page("--all-threads").as_uri())
    assert _overflow(looked) == 0
    looked.thread("support-7731")
    assert _overflow(looked) == 0
    looked.page.locator(".row").nth(3).click()
    assert looked.page.locator(".detail h2").first.is_visible()
    assert _overflow(looked) == 0
    looked.page.locator(".back").click()
    assert looked.page.locator(".row").first.is_visible()
    looked.context.close()


def _overflow(looked: Looked) -> int:
    return looked.page.evaluate("document.documentElement.scrollWidth - innerWidth")


@pytest.mark.parametrize("wide", [1440, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Any, scheme: str, wide: int) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    looked = Looked(browser, wide=wide, color_scheme=scheme, bypass_csp=True)
    page = write_page("--all-threads").as_uri()
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
    found: list[str] = []
    for name in (None, "support-7731", "contract-review", "pricing-brief"):
        looked.open(page)
        if name:
            looked.thread(name)
        for each in axe.run(looked.page, options=rules).response["violations"]:
            found += [f"{name}: {each['id']}: {node['html'][:200]}" for node in each["nodes"]]  # fmt: skip
    looked.context.close()
    assert found == []


def test_a_thousand_turns_are_few_elements_and_scroll_to_the_end(
    looked: Looked, store: SqliteStore
) -> None:
    thread = Thread(store, "long", "acme")
    before, when = "", at("20 Nov 08:00")
    for number in range(1_000):
        when += 60
        after = f"v1_long-{number - 9:03}" if number % 50 == 49 else before
        reason = "fork" if number % 50 == 49 else "continue" if number else "root"
        before = thread.turn(reason, when, after, sent=[user(f"Reading {number}")], held=[model("Noted.")])  # fmt: skip
    looked.open(write_page("long").as_uri(), ".row")
    count = "document.querySelectorAll('#app *').length"
    assert looked.page.evaluate(count) < 1_000
    for part in range(11):
        move = f"const s = document.querySelector('.scroll'); s.scrollTop = s.scrollHeight * {part / 10}"  # fmt: skip
        looked.page.evaluate(f"() => {{ {move} }}")
        looked.page.evaluate("() => new Promise(requestAnimationFrame)")
        hit = "document.elementFromPoint(500, 700).closest('.row, .gap, .rows')?.className"
        assert looked.page.evaluate(hit)
    assert "Reading 999" in looked.text(".rows")
    assert looked.page.evaluate(count) < 1_000


def test_a_first_message_that_changes_is_shown_as_it_was_and_is(
    looked: Looked, emulator: Emulator, clock: Clock
) -> None:
    model_ = ChatInteractions(
        model="gemini-3.5-flash",
        api_key="k",
        base_url=emulator.url,
        sessions="sqlite:///real.db",
        session_id="acme",
    )
    go_by(model_, clock)
    first: BaseMessage = HumanMessage("Current time: 14:56. Review this contract.")
    said = [first, model_.invoke([first]), HumanMessage("Is it signed?")]
    model_.invoke([HumanMessage("Current time: 15:00. Review this contract."), *said[1:]])  # fmt: skip
    page = write_page("--all-threads", "--sessions", "sqlite:///real.db")
    looked.open(page.as_uri())
    looked.page.locator(".item", has_text="Current time: 15:00").click()
    looked.page.wait_for_selector(".diff")
    assert "Step 1 is the first that differs" in looked.text(".diff")
    assert looked.page.locator(".diff mark").all_inner_texts() == ["14:56", "15:00"]
    looked.press("h")
    assert "14:56" not in looked.text("#app")
    assert looked.complaints == []


def test_a_turn_is_copied_as_curl_without_a_key(looked: Looked) -> None:
    looked.context.grant_permissions(["clipboard-read", "clipboard-write"])
    looked.open(write_page("trip-kyoto").as_uri(), ".row")
    looked.press("y")
    looked.page.locator(".copy", has_text="Copied").wait_for()
    copied = looked.page.evaluate("navigator.clipboard.readText()")
    assert "$GEMINI_API_KEY" in copied
    body = json.loads(copied.partition("<<'JSON'\n")[2].rpartition("\nJSON")[0])
    assert body["previous_interaction_id"] == "v1_trip-kyoto-003"
    assert body["model"] == "gemini-3.8-flash"
    looked.press("h")
    looked.page.evaluate("navigator.clipboard.writeText('nothing')")
    looked.press("y")
    assert looked.page.evaluate("navigator.clipboard.readText()") == "nothing"

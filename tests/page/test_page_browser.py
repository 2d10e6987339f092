"""The page as a browser shows it, from a disk and without a network."""

import pytest
from langchain_core.messages import BaseMessage, HumanMessage

from interactions_core import SqliteStore
from interactions_core.explaining.words import READ_AS_INPUT
from interactions_core.records.jobs.job_looks import Look
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions
from tests.browser import Looked
from tests.conftest import Clock
from tests.contract.session_records import PLACE
from tests.core.looking import NOW, Thread
from tests.page.conftest import write_page
from tests.waiting import go_by

pytestmark = [pytest.mark.usefixtures("store"), pytest.mark.xdist_group("browser")]


def test_a_file_opens_from_a_disk_with_one_request_and_no_complaint(
    looked: Looked,
) -> None:
    looked.context.set_offline(True)
    looked.open(write_page("--all-threads").as_uri())
    looked.thread("support-7731")
    assert len(looked.requests) == 1
    assert looked.complaints == []


def test_the_overview_leads_to_the_thread_that_cost_most(looked: Looked) -> None:
    looked.open(write_page("--all-threads").as_uri())
    dearest = looked.page.locator(".over > table.sums:not(.care) tbody tr")
    assert dearest.count() == 5
    cells = dearest.first.locator("td").all_inner_texts()
    assert cells == ["contract-review", "12", "415k", "$0.785", "$0.857"]
    dearest.first.locator("a").click()
    looked.page.locator(".head h1", has_text="contract-review").wait_for()
    assert "11 of 12 turns were sent in full" in looked.text(".note")


def test_a_turn_that_was_continued_says_what_its_input_is(looked: Looked) -> None:
    looked.open(write_page("--all-threads").as_uri())
    assert READ_AS_INPUT in looked.text(".over")
    looked.thread("trip-kyoto")
    looked.press("Home")
    assert READ_AS_INPUT not in looked.text(".detail")
    looked.press("j")
    assert READ_AS_INPUT in looked.text(".detail")


def test_jobs_say_what_is_to_be_done(looked: Looked) -> None:
    looked.open(write_page("--all-threads").as_uri())
    looked.thread("pricing-brief")
    assert "Nobody waits for this job." in looked.text(".note")
    assert "interactions jobs watch" in looked.text(".note")
    looked.thread("patent-search")
    assert "The answer to the create was lost." in looked.text(".note.bad")
    looked.thread("sanctions-check")
    assert "Job failed" in looked.text(".detail h2")


def test_a_job_whose_run_is_not_known_and_an_answer_nobody_has_taken_need_attention(
    looked: Looked, store: SqliteStore
) -> None:
    """The process that waits lives, and the graph was killed whose run a watcher saw."""
    asked = [
        {"type": "user_input", "content": [{"type": "text", "text": "The minutes"}]}
    ]
    held = {"owner": "host/1/a", "lease_until": NOW + 30, "plan": {"steps": asked}}
    failed = Look(NOW - 901, NOW - 900, "404")
    minutes = Thread(store, "minutes-summary", "acme", "model:gemini-3.1-pro-preview")
    minutes.job("job_minutes", NOW - 1_800, status="in_progress", interaction_id="v1_m", look=failed, **held)  # fmt: skip
    archive = Thread(store, "archive-summary", "acme", "model:gemini-3.1-pro-preview")
    used = {
        "total_input_tokens": 900,
        "total_tokens": 1_200,
        "total_output_tokens": 300,
    }
    result = {"id": "v1_a", "usage": used}
    archive.job("job_archive", NOW - 1_700, status="completed", interaction_id="v1_a", place=PLACE, result=result)  # fmt: skip
    looked.open(write_page("--all-threads").as_uri())

    cares = [
        each.inner_text().split("\t") for each in looked.page.locator(".care tr").all()
    ]
    rows = {row[0]: row[1:] for row in cares}
    assert rows["minutes-summary"][0] == "Not known"
    assert rows["archive-summary"][0] == "Not taken"
    assert "graph.invoke(None, config)" in rows["archive-summary"][1]
    assert "Not yet counted: 1.2k tokens" in rows["archive-summary"][1]
    looked.thread("minutes-summary")
    note = looked.text(".note")
    assert "The server has not known the run of this job for 15 min (404)." in note
    assert "Held now, the server answered 15 min ago" in note
    assert "interactions jobs cancel job_minutes gives it up" in note
    assert "The minutes" in looked.text(".detail")
    looked.press("h")
    assert "The minutes" not in looked.page.evaluate(
        "document.getElementById('app').outerHTML"
    )
    looked.page.locator(".item .name", has_text="archive-summary").click()
    looked.page.locator(".head h1", has_text="archive-summary").wait_for()
    note = looked.text(".note")
    assert "Nobody has taken the answer of this job." in note
    assert "graph.invoke(None, config) takes it" in note
    assert "jobs watch" not in note


def test_a_search_finds_what_was_said(looked: Looked) -> None:
    looked.open(write_page("--all-threads").as_uri())
    looked.press("/")
    looked.page.keyboard.type("blue cable")
    found = looked.page.locator(".item[data-thread]:not([data-thread=''])")
    assert found.count() == 1
    found.click()
    chosen = looked.page.locator(".row[aria-selected=true]")
    chosen.wait_for(state="visible")
    assert "blue cable" in looked.text(".detail").lower()


def test_hostile_content_runs_nothing_and_breaks_nothing(looked: Looked) -> None:
    looked.open(write_page("hostile").as_uri(), ".row")
    looked.press("k", "k", "j", "t")
    looked.page.wait_for_selector(".talk")
    assert looked.complaints == []
    assert len(looked.requests) == 1
    assert looked.page.locator("#app a[href^=javascript], #app img").count() == 0
    wide = "document.documentElement.scrollWidth"
    assert looked.page.evaluate(wide) == 1440


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


def test_of_a_file_the_command_that_prints_curl_is_copied(looked: Looked) -> None:
    looked.context.grant_permissions(["clipboard-read", "clipboard-write"])
    looked.open(write_page("trip-kyoto").as_uri(), ".row")
    looked.press("y")
    looked.page.locator(".copy", has_text="Copied").wait_for()
    copied = looked.page.evaluate("navigator.clipboard.readText()")
    assert copied == "interactions replay v1_trip-kyoto-006 --dry-run"
    looked.press("h")
    looked.page.evaluate("navigator.clipboard.writeText('nothing')")
    looked.press("y")
    assert looked.page.evaluate("navigator.clipboard.readText()") == "nothing"

"""What the page says of each reason and each status: in words, in colour and in shape."""

import re

import pytest

from interactions_core import SqliteStore
from interactions_core.protocol.statuses import ENDED, RUNNING
from interactions_core.records.jobs.job import GONE, INTENT, LOST, SUBMITTED
from tests.browser import Looked
from tests.core.looking import NOW, RESEARCH, Thread, at, user
from tests.page.conftest import write_page
from tests.page.drawn import add_killed_job

pytestmark = [pytest.mark.usefixtures("store"), pytest.mark.xdist_group("browser")]

RING, DOT, DIAMOND, CROSS, SQUARE = "ring", "dot", "diamond", "cross", "square"

REASONS = {
    "root": ("First turn", "loud", RING),
    "continue": ("Continued", "", DOT),
    "fork": ("Fork", "loud", DOT),
    "retry": ("Retry", "loud", DOT),
    "expired": ("Sent again: expired", "warn", DIAMOND),
    "foreign": ("Sent again: foreign", "warn", DIAMOND),
    "stateless": ("Sent again: stateless", "warn", DIAMOND),
    "explicit": ("Explicit parent", "loud", DOT),
    "separate": ("Asked separately", "loud", DOT),
}

MARK = """row => {
  const mark = row.querySelector("svg").lastElementChild;
  const fill = mark.getAttribute("fill") || mark.getAttribute("stroke");
  const shape = mark.tagName === "rect" ? "square" : mark.tagName === "path"
    ? (mark.getAttribute("d").endsWith("z") ? "diamond" : "cross")
    : fill === "var(--bg)" ? "ring" : "dot";
  const reason = row.querySelector(".reason");
  return { shape, fill, word: reason.textContent, tone: reason.className.replace("reason", "").trim() };
}"""

BAR = """() => {
  const canvas = document.querySelector(".axis canvas");
  const { width, height } = canvas;
  const pixels = canvas.getContext("2d").getImageData(0, 0, width, height).data;
  const probe = document.createElement("canvas").getContext("2d");
  const found = {};
  for (const name of ["acc", "bad", "warnfill", "rail"]) {
    probe.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`);
    probe.fillRect(0, 0, 1, 1);
    const [r, g, b] = probe.getImageData(0, 0, 1, 1).data;
    const is = (x, y) => { const i = 4 * (y * width + x); return pixels[i] === r && pixels[i + 1] === g && pixels[i + 2] === b && pixels[i + 3] === 255; };
    let most = [];
    for (let y = 0; y < height; y += 1) {
      const runs = [];
      for (let x = 0; x < width; x += 1) {
        if (!is(x, y)) continue;
        const last = runs[runs.length - 1];
        if (last && last[1] === x) last[1] = x + 1; else runs.push([x, x + 1]);
      }
      const long = runs.filter(([a, b]) => b - a > 3);
      if (long.length > most.length) most = long;
    }
    found[name] = most;
  }
  return found;
}"""
"""Runs of one colour in the line of the picture that has the most of them."""


def marks(looked: Looked) -> list[dict[str, str]]:
    """Read the rows that are shown: shape, colour and word of each."""
    return [row.evaluate(MARK) for row in looked.page.locator(".row").all()]


def test_each_reason_has_its_heading_colour_and_mark(looked: Looked) -> None:
    looked.open(write_page("reasons").as_uri(), ".row")
    found = {}
    looked.press(*["k"] * len(REASONS))
    for mark in marks(looked):
        found[mark["word"]] = (looked.text(".detail h2"), mark["tone"], mark["shape"])
        looked.press("j")
    assert found == REASONS


def test_a_turn_that_failed_is_a_red_cross_and_says_so(looked: Looked) -> None:
    looked.open(write_page("trip-kyoto").as_uri(), ".row")
    looked.page.locator(".row", has=looked.page.locator(".reason.fail")).click()
    (mark,) = [each for each in marks(looked) if each["tone"] == "fail"]
    assert (mark["shape"], mark["fill"]) == (CROSS, "var(--bad)")
    assert looked.text(".detail h2") == "Fork, failed"


def test_a_later_root_is_sent_in_full_and_orange(looked: Looked) -> None:
    looked.open(write_page("contract-review").as_uri(), ".row")
    first, *later = marks(looked)
    assert (first["shape"], first["tone"]) == (RING, "loud")
    assert {(each["shape"], each["tone"]) for each in later} == {(DIAMOND, "warn")}
    assert looked.text(".detail h2") == "Sent in full"


JOBS = {
    INTENT: ("Job lost", "lost", "fail", "bad"),
    LOST: ("Job lost", "lost", "fail", "bad"),
    SUBMITTED: ("Job submitted", "submitted, nobody waits", "warn", "warnfill"),
    **{
        word: (f"Job {word.replace('_', ' ')}", f"{word.replace('_', ' ')}, nobody waits", "warn", "warnfill")
        for word in RUNNING
    },
    **{
        word: (f"Job {word.replace('_', ' ')}", f"{word.replace('_', ' ')}, not taken", "warn", "warnfill")
        for word in ("completed", "requires_action", "idle", "incomplete")
    },
    **{
        word: (f"Job {word.replace('_', ' ')}", word.replace("_", " "), "fail", "bad")
        for word in ("failed", "budget_exceeded", GONE)
    },
    "cancelled": ("Job cancelled", "cancelled", "", "rail"),
}  # fmt: skip


def test_each_status_of_a_job_is_named_here() -> None:
    assert JOBS.keys() == {INTENT, LOST, SUBMITTED, GONE, *RUNNING, *ENDED}


def test_each_status_of_a_job_has_its_heading_colour_and_mark(
    looked: Looked, store: SqliteStore
) -> None:
    for status in JOBS:
        run = {} if status in {INTENT, LOST} else {"interaction_id": f"v1_{status}"}
        thread = Thread(store, f"job-{status}", "acme", RESEARCH)
        thread.job(f"job_{status}", at("28 Nov 18:30"), status=status, **run)
    looked.open(write_page("--all-threads").as_uri())
    for status, (heading, words, tone, colour) in JOBS.items():
        looked.page.locator(".item .name", has_text=exactly(f"job-{status}")).click()
        looked.page.locator(".head h1", has_text=exactly(f"job-{status}")).wait_for()
        (mark,) = marks(looked)
        assert looked.text(".detail h2") == heading
        assert looked.text(".row .first").partition(" · ")[0] == words
        assert (mark["shape"], mark["fill"], mark["tone"]) == (SQUARE, f"var(--{colour})", tone)  # fmt: skip


def exactly(name: str) -> re.Pattern[str]:
    return re.compile(f"^{re.escape(name)}$")


def test_the_bar_of_a_killed_job_has_two_cores(
    looked: Looked, store: SqliteStore
) -> None:
    begun = at("28 Nov 12:00")
    thread = Thread(store, "killed", "acme", RESEARCH)
    add_killed_job(store, thread, "job_killed", begun)
    looked.open(write_page("killed").as_uri(), ".row")
    first, second = looked.page.evaluate(BAR)["acc"]
    assert first[1] < second[0]
    looked.page.locator(".detail dd", has_text="host").first.wait_for()
    said = looked.text(".detail .facts")
    assert "Ended" in said
    assert "acquired" in said


def test_the_bar_of_an_open_job_ends_now_and_is_told_among_turns(
    looked: Looked, store: SqliteStore
) -> None:
    thread = Thread(store, "asked", "acme")
    first = thread.turn("root", NOW - 3_000, sent=[user("Compare.")])
    lasting = {"lease_until": NOW + 60, "owner": "host/1/a"}
    thread.job("job_asked", NOW - 1_200, status="in_progress", interaction_id="v1_a", **lasting)  # fmt: skip
    thread.turn("continue", NOW - 600, first, sent=[user("And cheaper?")])
    looked.open(write_page("asked").as_uri(), ".row")
    assert [each["shape"] for each in marks(looked)] == [RING, SQUARE, DOT]
    assert looked.text(".detail h2") == "Job in progress"
    assert looked.text(".row[aria-selected=true] .first") == "in progress · 20 min"
    looked.press("j")
    assert looked.text(".detail h2") == "Continued"
    looked.press("k", "k")
    assert looked.text(".detail h2") == "First turn"

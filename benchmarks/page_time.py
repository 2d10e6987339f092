"""How large the page is and how long it takes, for threads of some lengths.

Writes a store with one thread, then the page of it; with a Chromium and playwright, the
times in the browser and what its scripts hold as well. Usage: `python benchmarks/page_time.py [TURNS...]`.
"""

import gzip
import shutil
import sys
import tempfile
import time
from pathlib import Path

from interactions_core import SqliteStore
from interactions_core.page.html import page_file
from interactions_core.page.reading import View
from interactions_core.records.interactions import (
    InteractionRecord,
    LedgerEntry,
    ReplyForm,
    Scope,
)
from interactions_core.usage import Usage

TARGET = "model:gemini-3.8-flash"
SCOPE = Scope(
    "gemini|generativelanguage.googleapis.com|benchmark", "acme", "sensor-log"
)
BEGUN = 1_795_000_000.0
FORKED = 45
"""Every so many turns one begins a branch at an earlier one."""


def step(kind: str, text: str) -> dict[str, object]:
    """Make a step that says a text."""
    return {"type": kind, "content": [{"type": "text", "text": text}]}


def fill(store: SqliteStore, count: int) -> None:
    """Record a thread with branches."""
    keys: list[str] = []
    for number in range(count):
        is_fork = number % FORKED == FORKED - 1
        after = keys[-10 if is_fork else -1] if keys else ""
        held = (step("model_output", "Noted. The reading is within limits."),)
        record = InteractionRecord(
            key=f"v1_{number:06}",
            scope=SCOPE,
            request_digest=str(number).encode(),
            form=ReplyForm.of(held),
            created_at=BEGUN + 60 * number,
            expires_at=BEGUN + 60 * number + 5e6,
            parent_id=after,
            base_key=after,
            target=TARGET,
            reason="fork" if is_fork else "continue" if number else "root",
            sent=(step("user_input", f"Reading {number}. Anything odd?"),),
            held=held,
        )
        entry = LedgerEntry(
            key=record.key,
            target=TARGET,
            reason=record.reason,
            status="completed",
            usage=Usage(900, 700, 80, 20, 0, 1_000),
            created_at=record.created_at,
            steps_sent=1,
            bytes_sent=108,
            replay_steps=2 * number + 1,
            replay_bytes=108 + 200 * number,
        )
        store.put(record, entry)
        keys.append(record.key)


def measure(count: int, folder: Path) -> None:
    """Write a page and print what it takes."""
    store = SqliteStore(folder / f"{count}.db")
    fill(store, count)
    view = View(store=store, url="benchmark", now=BEGUN + 60 * count)
    begun = time.perf_counter()
    text = page_file(view, view.conversations()).encode()
    took = time.perf_counter() - begun
    store.close()
    page = folder / f"{count}.html"
    page.write_bytes(text)
    size, packed = len(text) / 1e3, len(gzip.compress(text)) / 1e3
    print(f"{count:>6} turns: {size:,.0f} kB, {packed:,.0f} kB packed, {took:.1f} s")
    browser = shutil.which("chromium")
    if browser:
        measure_in_browser(browser, page)


def measure_in_browser(browser: str, page: Path) -> None:
    """Print the times until something is seen, those of acts, and the memory."""
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415
    except ImportError:
        return
    arguments = ["--headless", "--no-sandbox", "--disable-gpu"]
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=browser, args=arguments)
        shown = running.new_page(viewport={"width": 1440, "height": 900})
        shown.goto(page.as_uri())
        shown.wait_for_selector(".row")
        paint = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
        told = {"first paint": shown.evaluate(paint)}
        count = shown.evaluate(ELEMENTS)
        told |= {name: shown.evaluate(MEDIAN, acts) for name, acts in ACTS.items()}
        shown.keyboard.press("t")
        talk = shown.evaluate(ELEMENTS)
        line = shown.context.new_cdp_session(shown)
        line.send("HeapProfiler.collectGarbage")
        line.send("Performance.enable")
        found = line.send("Performance.getMetrics")["metrics"]
        held = {each["name"]: each["value"] / 1e6 for each in found}
        times = ", ".join(f"{name} {value:.0f} ms" for name, value in told.items())
        drawn = f"{count} elements, {talk} in the transcript"
        print(f"{'':>14} {times}; {drawn}, {held['JSHeapUsedSize']:.0f} MB")
        running.close()


ELEMENTS = "document.querySelectorAll('#app *').length"


def key(name: str) -> str:
    """Write the script that presses a key."""
    return f"document.dispatchEvent(new KeyboardEvent('keydown', {{ key: '{name}' }}))"


SCROLL = "const s = document.querySelector('.main .scroll'); s.scrollTop {}; s.dispatchEvent(new Event('scroll'))"
SEARCH = "const input = document.getElementById('search'); input.value = '{}'; input.dispatchEvent(new Event('input'))"
ACTS = {
    "key": [key("k"), ""],
    "scroll": [SCROLL.format("-= 300"), ""],
    "search": [SEARCH.format("odd"), SEARCH.format("")],
    "transcript": [key("t"), key("t")],
    "its end": [f"{key('t')}; {key('End')}", key("t")],
}
"""What somebody does, as scripts; and what is done before it is done again."""

MEDIAN = """async (acts) => { const times = [], [run, back] = acts.map((act) => new Function(act));
    for (let i = 0; i < 15; i += 1) { const begun = performance.now(); run();
      document.body.offsetHeight; times.push(performance.now() - begun);
      await new Promise(requestAnimationFrame); back();
      await new Promise(requestAnimationFrame); }
    return times.sort((a, b) => a - b)[7]; }"""
"""Acts fifteen times, a frame after the other; returns the middle of what it took."""


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        for turns in map(int, sys.argv[1:] or ("61", "1000", "5000")):
            measure(turns, Path(made))

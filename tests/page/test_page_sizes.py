"""What the page takes, for 61, 1,000 and 5,000 turns: bytes, elements and requests.

Milliseconds and memory are those of a machine, see `benchmarks/page_time.py`.
"""

import re
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest

from interactions_core import SqliteStore
from interactions_core.page.html import page_file
from interactions_core.page.reading import View
from interactions_core.page.server import PageServer
from tests.browser import Looked
from tests.core.looking import NOW
from tests.page.drawn import fill_long

pytestmark = [pytest.mark.xdist_group("browser")]

SHELL_BYTES = 100_000
"""Style, script and what is around them; 30 kB when packed. See `docs/page.md`."""

TURN_BYTES = 260
"""Of a turn in the index, beside its content."""

WHOLE_BYTES = 720
"""Of a turn in all, where two short texts were said."""

WHY_BYTES = 20_000
"""Why turns were sent as they were: of 100 turns at most, the newest."""

ELEMENTS = 1_000
COUNT = "document.querySelectorAll('#app *').length"
LENGTHS = (61, 1_000, 5_000)

lengths = pytest.mark.parametrize("length", LENGTHS)


class Written(NamedTuple):
    """A page of one long conversation."""

    turns: int
    store: Path
    file: Path

    @property
    def parts(self) -> dict[str, int]:
        """The bytes of each part."""
        text = self.file.read_text("utf-8")
        found = re.search(r'<script type="application/json" id="index">.*?</script>', text)  # fmt: skip
        contents = re.findall(r'<script type="application/json" id="c-.*?</script>', text)  # fmt: skip
        plain = re.search(r"<noscript.*?</noscript>", text, re.DOTALL)
        assert found is not None
        assert plain is not None
        sizes = {
            "index": len(found[0].encode()),
            "content": sum(len(each.encode()) for each in contents),
            "plain": len(plain[0].encode()),
        }
        whole = len(text.encode())
        return sizes | {"whole": whole, "shell": whole - sum(sizes.values())}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Written]:
    folder = tmp_path_factory.mktemp("long")
    return {length: write(folder, length) for length in LENGTHS}


def write(folder: Path, length: int) -> Written:
    """Write a store with one conversation, and its page."""
    made = Written(length, folder / f"{length}.db", folder / f"{length}.html")
    store = SqliteStore(made.store)
    fill_long(store, length)
    view = View(store=store, url="sqlite:///state.db", now=NOW)
    made.file.write_text(page_file(view, view.conversations()), "utf-8")
    store.close()
    return made


@lengths
def test_the_parts_of_a_file_keep_to_their_budgets(
    written: dict[int, Written], length: int
) -> None:
    parts = written[length].parts
    assert parts["shell"] <= SHELL_BYTES
    assert parts["index"] <= 1_000 + TURN_BYTES * length
    assert parts["whole"] <= SHELL_BYTES + WHY_BYTES + WHOLE_BYTES * length


@lengths
def test_a_file_is_one_request_and_few_elements(
    looked: Looked, written: dict[int, Written], length: int
) -> None:
    looked.open(written[length].file.as_uri(), ".row")
    assert looked.page.evaluate(COUNT) <= ELEMENTS
    looked.press("r", "j", "k", "p", "f")
    assert looked.page.evaluate(COUNT) <= ELEMENTS
    assert len(looked.requests) == 1
    assert looked.complaints == []


SCROLLED = """async ([from, to, steps]) => {
  const scroll = document.querySelector(".scroll");
  const most = scroll.scrollHeight - scroll.clientHeight;
  const empty = [];
  for (let step = 0; step <= steps; step += 1) {
    scroll.scrollTop = most * (from + (to - from) * step / steps);
    await new Promise(requestAnimationFrame);
    const { left, top, bottom } = scroll.getBoundingClientRect();
    // Above the first row and below the last one there is a margin.
    const probes = [step === 0 || step === steps ? top + 40 : top + 1, (top + bottom) / 2, bottom - 40];
    for (const y of probes) {
      const found = document.elementFromPoint(left + 200, y);
      if (!found || !found.closest(".row, .gap")) empty.push([step, y - top]);
    }
  }
  return empty;
}"""
"""Scrolls in even steps; returns in which frames no row was where one should be."""


@lengths
def test_no_frame_is_empty_while_somebody_scrolls_from_end_to_end(
    looked: Looked, written: dict[int, Written], length: int
) -> None:
    looked.open(written[length].file.as_uri(), ".row")
    assert looked.page.evaluate(SCROLLED, [0, 1, length // 8]) == []
    assert f"Reading {length - 1}:" in looked.text(".rows")
    # By the bar, in leaps.
    assert looked.page.evaluate(SCROLLED, [1, 0, 7]) == []
    assert "Reading 0:" in looked.text(".rows")
    assert looked.page.evaluate(COUNT) <= ELEMENTS


def test_a_server_is_asked_for_what_is_shown_and_once(
    looked: Looked, written: dict[int, Written]
) -> None:
    store = SqliteStore(written[5_000].store)
    server = PageServer(lambda: View(store=store, url="state.db", now=NOW))
    server.start()
    looked.open(server.url, ".row")
    looked.page.locator(".sheet").wait_for()
    looked.press("t")
    looked.page.locator(".talk").wait_for()
    paths = [re.sub(r"[0-9a-f]{12}", "N", urlsplit(url)._replace(scheme="", netloc="").geturl()) for url in looked.requests]  # fmt: skip
    looked.page.goto("about:blank")
    server.close()
    store.close()
    asked = Counter(path for path in paths if "api/changes" not in path)
    assert {*asked.values()} == {1}
    kinds = Counter(path.partition("?")[0] for path in asked)
    # Of the turn that is looked at.
    assert kinds.pop("/api/threads/N/why", 0) <= 1
    # A part about what the tree shows; the transcript of the branch begins in another.
    assert kinds.pop("/api/threads/N/steps") <= 3
    # With a token, and without it.
    assert kinds == {"/": 2, "/api/threads": 1, "/api/threads/N": 1}


def test_a_thread_among_others_is_few_elements(looked: Looked, folder: Any) -> None:
    store = SqliteStore(folder / "many.db")
    for number in range(3):
        fill_long(store, 40, name=f"long-{number}")
    view = View(store=store, url="sqlite:///state.db", now=NOW)
    file = folder / "many.html"
    file.write_text(page_file(view, view.conversations()), "utf-8")
    store.close()
    looked.open(file.as_uri())
    looked.thread("long-1")
    assert looked.page.evaluate(COUNT) <= ELEMENTS

"""What is read where no script runs, and on paper."""

import re
from typing import Any

import pytest

from interactions_core import SqliteStore
from interactions_core.explaining.content import text_of
from interactions_core.page.plain import LONGEST
from tests.browser import Looked
from tests.page.conftest import write_page

pytestmark = [pytest.mark.xdist_group("browser")]


def texts_of(store: SqliteStore) -> list[str]:
    """Return all that was said, as far as it is written, with spaces made one."""
    found: list[str] = []
    for told in store.list_conversations().found:
        turns = store.records(told.id)
        for turn in turns:
            key = turn.record.key
            content = store.contents(turn.record.scope, [key])[key]
            steps = (*content.sent, *content.held)
            found += [_shown(text_of(step)[:LONGEST]) for step in steps]
    assert len(found) > 60
    return found


def _shown(text: str) -> str:
    # Half of a character cannot be written.
    whole = text.encode("utf-8", "replace").decode()
    return re.sub(r"\s+", " ", whole).strip()


def _said(looked: Looked, selector: str) -> str:
    return re.sub(r"\s+", " ", looked.page.locator(selector).text_content() or "")


def test_all_texts_are_there_without_a_script(browser: Any, store: SqliteStore) -> None:
    looked = Looked(browser, java_script_enabled=False)
    looked.open(write_page("--all-threads").as_uri(), "")
    said = _said(looked, "noscript")
    assert [text for text in texts_of(store) if text not in said] == []
    # At once, and not after a screen of nothing.
    assert looked.page.locator("noscript").bounding_box()["y"] < 40
    looked.context.close()


def test_anchors_lead_to_threads_and_to_turns(browser: Any, store: SqliteStore) -> None:
    del store
    looked = Looked(browser, java_script_enabled=False)
    looked.open(write_page("--all-threads").as_uri(), "")
    links = looked.page.locator("noscript a")
    targets = {each.get_attribute("href") for each in links.all()}
    assert any(re.fullmatch(r"#\w{12}-\d+", target or "") for target in targets)
    for target in targets:
        assert looked.page.locator(f'[id="{(target or "#")[1:]}"]').count() == 1
    link = looked.page.locator("h3 a", has_text="16").first
    link.click()
    assert looked.page.url.endswith("-16")
    assert looked.page.locator(":target").inner_text().startswith("16 ·")
    looked.context.close()


def test_what_is_printed_has_all_texts(looked: Looked, store: SqliteStore) -> None:
    looked.open(write_page("--all-threads").as_uri())
    looked.thread("trip-kyoto")
    looked.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    looked.page.emulate_media(media="print")
    assert looked.page.locator("#app").is_hidden()
    said = _said(looked, ".printed")
    assert [text for text in texts_of(store) if text not in said] == []
    assert looked.page.locator(".printed h3[id]").count() > 60
    looked.page.evaluate("dispatchEvent(new Event('afterprint'))")
    looked.page.emulate_media(media="screen")
    assert looked.page.locator("#app").is_visible()
    assert looked.page.locator(".printed").count() == 0


def test_a_browser_that_prints_takes_all_pages(
    looked: Looked, store: SqliteStore
) -> None:
    del store
    looked.open(write_page("support-7731").as_uri(), ".row")
    paper = looked.page.pdf(format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) > 1
    assert looked.complaints == []

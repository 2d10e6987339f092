"""What somebody who opens the site from a disk would stumble over is told."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import running_browser
from website.look import faults_of

pytestmark = pytest.mark.xdist_group("browser")

BOX = '<form action="search.html"><input name="q"></form>'
FOUND = """<div id="search-results"></div><script>
const asked = new URLSearchParams(location.search).get("q");
const told = asked === "cable" ? '<p>Search finished</p><li><a href="index.html">Blue</a></li>'
  : "<p>Your search did not match any documents.</p>";
document.getElementById("search-results").innerHTML = told;
</script>"""
SCREENS = ("1440 px, light", "1440 px, dark", "390 px, light", "390 px, dark")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with running_browser() as running:
        yield running


def told(browser: Any, site: Path, body: str = "", expected: str = "Blue") -> list[str]:
    head = '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">'
    (site / "index.html").write_text(f"{head}{BOX}{body}")
    (site / "search.html").write_text(f"{head}{FOUND}")
    return list(faults_of(browser, site, ("index.html",), {"cable": expected}))


def test_whole_site_has_no_fault_on_any_screen(browser: Any, tmp_path: Path) -> None:
    assert told(browser, tmp_path) == []


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (
            '<img alt="" src="https://a.example/x.png">',
            "asks for https://a.example/x.png",
        ),
        (
            (
                "<style>@font-face { font-family: Own; src: url(https://f.example/f.woff2) }"
                " p { font-family: Own }</style><p>Text</p>"
            ),
            "brings the font Own",
        ),
        ("<script>nowhere()</script>", "fails: nowhere is not defined"),
        ("<script>console.warn('old')</script>", "complains: old"),
        ('<div style="width: 3000px">a</div>', "is wider than the screen"),
        ('<img alt="" src="/etc/none.png">', "asks for file:///etc/none.png"),
    ],
)
def test_fault_of_a_page_is_told_for_each_screen(
    browser: Any, tmp_path: Path, body: str, fault: str
) -> None:
    faults = told(browser, tmp_path, body)

    for screen in SCREENS:
        assert f"index.html {fault} ({screen})" in faults


def test_page_that_is_wide_on_a_phone_only_is_told(
    browser: Any, tmp_path: Path
) -> None:
    faults = told(browser, tmp_path, '<div style="width: 900px">a</div>')

    assert "index.html is wider than the screen (390 px, dark)" in faults
    assert not any("1440" in fault for fault in faults)


def test_title_that_breaks_a_word_is_told(browser: Any, tmp_path: Path) -> None:
    style = "h1 { font-size: 60px; overflow-wrap: anywhere }"
    title = "<h1>A long <code>interactions_core</code></h1>"

    faults = told(browser, tmp_path, f"<style>{style}</style>{title}")

    # What a search has found is the same page.
    assert {fault.rpartition(" (")[0] for fault in faults} == {
        f"{name} breaks interactions_core in its title"
        for name in ("index.html", "what was found for cable")
    }
    assert {screen for screen in SCREENS for fault in faults if screen in fault} == {
        *SCREENS[2:]
    }


def test_search_that_finds_nothing_is_a_fault(browser: Any, tmp_path: Path) -> None:
    faults = told(browser, tmp_path, expected="Green")

    assert faults == [
        f"a search for cable finds ['Blue'] before Green ({screen})"
        for screen in SCREENS
    ]

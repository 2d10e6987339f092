"""Look at a built site as whoever opens it from a disk, without a network.

    python -m website.look build/site

On a wide and a narrow screen, light and dark: nothing is asked for but files of the
site, no font is of elsewhere, nothing complains, nothing is wider than the screen, no
word of a title is broken, and a search finds pages.
"""

import itertools
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from website.browser import NoBrowserError, running_browser

SCREENS: Final = ((1440, 900), (390, 844))
SCHEMES: Final = ("light", "dark")
LOOKED_AT: Final = (
    "index.html",
    "docs/langgraph.html",
    "docs/jobs.html",
    "docs/swap/langgraph.html",
    "docs/troubleshooting.html",
    "examples/README.html",
    "reference/interactions_core.html",
    "CHANGELOG.html",
)
SOUGHT: Final = {
    "retention": "Retention",
    "StoreSchemaError": "StoreSchemaError",
    "why is everything sent again": "Why everything was sent again",
    "how much does it cost": "Costs: ",
    "hanging job": "Background jobs",
    "kill process resume": "Background jobs",
    "wrong api key": "Troubleshooting",
    "datasette": "Data",
}
"""What is searched for, and words of the title of a page that is among the first."""

FIRST: Final = 3

NOWHERE: Final = "qxzzyv"
_WIDER: Final = "document.documentElement.scrollWidth - innerWidth"
_FONTS: Final = "[...document.fonts].map((font) => font.family)"
_BROKEN: Final = """() => {
  const title = document.querySelector("h1");
  const walker = document.createTreeWalker(title || document.body, NodeFilter.SHOW_TEXT);
  const broken = [];
  for (let node = title && walker.nextNode(); node; node = walker.nextNode()) {
    for (const word of node.data.matchAll(/[^\\s-]+/g)) {
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      if (range.getClientRects().length > 1) broken.push(word[0]);
    }
  }
  return broken;
}"""
_LONGEST_MS: Final = 60_000


class UnfitSiteError(Exception):
    """What somebody who looks at the site would stumble over."""


def faults_of(
    browser: Any,
    site: Path,
    pages: tuple[str, ...] = LOOKED_AT,
    sought: dict[str, str] = SOUGHT,
) -> Iterator[str]:
    """Yield what is wrong with the pages of a site, and with its search."""
    for (wide, high), scheme in itertools.product(SCREENS, SCHEMES):
        screen = f"{wide} px, {scheme}"
        size = {"width": wide, "height": high}
        context = browser.new_context(viewport=size, color_scheme=scheme, offline=True)
        look = _Look(context.new_page(), site)
        faults = [*look.at_pages(pages), *look.for_words(sought)]
        context.close()
        yield from (f"{fault} ({screen})" for fault in faults)


class _Look:
    """A page of a browser, and what it has asked for and complained of."""

    def __init__(self, page: Any, site: Path) -> None:
        self._page, self._site = page, site.resolve()
        self._heard: list[str] = []
        page.set_default_timeout(_LONGEST_MS)
        page.on("request", lambda request: self._note_request(request.url))
        page.on("pageerror", lambda error: self._heard.append(f"fails: {error}"))
        page.on("console", self._note_complaint)

    def at_pages(self, pages: tuple[str, ...]) -> Iterator[str]:
        for name in pages:
            self._open(name)
            yield from self._faults(name)

    def for_words(self, sought: dict[str, str]) -> Iterator[str]:
        for words, expected in sought.items():
            self._search(words)
            found = self._page.locator("#search-results li a")
            titles = found.all_inner_texts()[:FIRST]
            if not any(expected in title for title in titles):
                yield f"a search for {words} finds {titles} before {expected}"
            if found.count():
                found.first.click()
                self._page.wait_for_load_state("load")
            yield from self._faults(f"what was found for {words}")
        self._search(NOWHERE)
        if self._page.locator("#search-results li").count():
            yield f"a search for {NOWHERE} finds something"

    def _open(self, name: str) -> None:
        self._page.goto((self._site / name).as_uri())

    def _search(self, words: str) -> None:
        """Type words where a reader would, and wait until the search says that it is over."""
        self._open("index.html")
        box = self._page.locator("input[name=q]").first
        # On a phone it is in a drawer.
        box.evaluate("(box, words) => { box.value = words; box.form.submit(); }", words)
        self._page.locator("#search-results p", has_text="Search finished").or_(
            self._page.locator("#search-results p", has_text="did not match")
        ).first.wait_for(state="attached")

    def _faults(self, name: str) -> Iterator[str]:
        if self._page.evaluate(_WIDER) > 0:
            yield f"{name} is wider than the screen"
        broken = self._page.evaluate(_BROKEN)
        yield from (f"{name} breaks {word} in its title" for word in broken)
        fonts = self._page.evaluate(_FONTS)
        yield from (f"{name} brings the font {font}" for font in fonts)
        yield from (f"{name} {each}" for each in dict.fromkeys(self._heard))
        self._heard.clear()

    def _note_request(self, url: str) -> None:
        parts = urlsplit(url)
        path = Path(unquote(parts.path))
        is_own = parts.scheme == "file" and path.is_relative_to(self._site)
        if not is_own and parts.scheme != "data":
            self._heard.append(f"asks for {url}")

    def _note_complaint(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self._heard.append(f"complains: {message.text}")


def main(site: Path) -> None:
    """Look at a site.

    Raises:
        UnfitSiteError: Something is wrong with it.
        NoBrowserError: There is no browser, where CI is set.
    """
    try:
        with running_browser() as browser:
            faults = list(faults_of(browser, site))
    except NoBrowserError as error:
        if os.environ.get("CI"):
            raise
        print(f"nobody has looked at the site: {error}")
        return
    if faults:
        raise UnfitSiteError("\n".join(faults))
    print(f"{len(LOOKED_AT)} pages and the search were looked at, without a network")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Follow what the pages of a built site lead to and load.

    python -m website.check build/site

A page that is read from a disk, or behind a strict policy, loads nothing from elsewhere;
each link within the site leads to a file, and its anchor to a place there.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

_LOADING: Final = ("src", "srcset", "data", "poster")
_LOADING_TAGS: Final = ("link", "use")
_STYLE: Final = re.compile(r"""(?:url\(|@import)\s*["']?([^"')\s]+)""")
_SCRIPT: Final = re.compile(
    r"""(?:fetch|importScripts|import|sendBeacon)\(\s*["'`](https?:|//)"""
)
_NAMING: Final = ("canonical", "license", "author")


class BrokenSiteError(Exception):
    """Links that lead nowhere, or things that are loaded from elsewhere."""


@dataclass
class Page(HTMLParser):
    """The addresses of a page: what it loads, where it leads, what can be led to."""

    loaded: list[str] = field(default_factory=list[str])
    links: list[str] = field(default_factory=list[str])
    anchors: set[str] = field(default_factory=set[str])

    def __post_init__(self) -> None:
        """Begin as a parser does."""
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the addresses and the name of an element."""
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        self.loaded += [given[name] for name in _LOADING if given.get(name)]
        if "href" not in given or given.get("rel") in _NAMING:
            return
        (self.loaded if tag in _LOADING_TAGS else self.links).append(given["href"])


def faults_of(site: Path) -> Iterator[str]:
    """Yield what is wrong with the pages, styles and scripts of a site."""
    for file in sorted(site.rglob("*.html")):
        page = _read(file)
        name = file.relative_to(site)
        yield from (f"{name} loads {to}" for to in page.loaded if _is_elsewhere(to))
        within = [to for to in (*page.links, *page.loaded) if not _is_elsewhere(to)]
        yield from (f"{name} leads to {to}" for to in within if _is_broken(file, to))
    for style in sorted(site.rglob("*.css")):
        for to in _STYLE.findall(style.read_text(encoding="utf-8")):
            if _is_elsewhere(to):
                yield f"{style.relative_to(site)} loads {to}"
    for script in sorted(site.rglob("*.js")):
        if found := _SCRIPT.search(script.read_text(encoding="utf-8")):
            yield f"{script.relative_to(site)} loads with {found[0]}"


@cache
def _read(file: Path) -> Page:
    page = Page()
    page.feed(file.read_text(encoding="utf-8"))
    return page


def _is_elsewhere(address: str) -> bool:
    parts = urlsplit(address)
    return bool(parts.netloc) or parts.scheme in {"http", "https", "mailto"}


def _is_broken(page: Path, address: str) -> bool:
    parts = urlsplit(address)
    if parts.scheme:  # data:
        return False
    target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if target.is_dir():
        target /= "index.html"
    if not target.is_file():
        return True
    anchor = unquote(parts.fragment)
    return bool(anchor) and anchor not in _read(target).anchors


def main(site: Path) -> None:
    """Check a site.

    Raises:
        BrokenSiteError: Something leads nowhere, or is loaded from elsewhere.
    """
    faults = list(faults_of(site))
    pages = len(list(site.rglob("*.html")))
    if faults or not pages:
        raise BrokenSiteError("\n".join(faults) or f"there is no page in {site}")
    print(
        f"{pages} pages lead to places that are there, and load nothing from elsewhere"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))

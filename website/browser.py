"""A headless Chromium, as it is on this machine."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS: Final = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")


class NoBrowserError(Exception):
    """None of the browsers is on PATH."""

    def __init__(self) -> None:
        super().__init__(f"no browser: none of {', '.join(NAMES)} is on PATH")


@contextmanager
def running_browser() -> Iterator[Any]:
    """Run a browser for as long as the block.

    Raises:
        NoBrowserError: There is none.
    """
    # Only where something is looked at: the site is made without a browser.
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        raise NoBrowserError
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*ARGUMENTS])
        yield browser
        browser.close()

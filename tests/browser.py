"""A headless Chromium for the tests that look at the page."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"),
    *("--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)
LONGEST_MS = 30_000


@contextmanager
def running_browser() -> Iterator[Any]:
    """Run a browser for as long as the block; skip where there is none."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415
    except ImportError:
        explain_absence("playwright is not installed, see the group `page`")
        return
    if program is None:
        explain_absence(f"no browser: none of {', '.join(NAMES)} is on PATH")
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


def explain_absence(reason: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


class Looked:
    """A page that somebody looks at, and what it has asked for and complained of."""

    def __init__(
        self, browser: Any, *, wide: int = 1440, high: int = 900, **how: Any
    ) -> None:
        self.context = browser.new_context(
            viewport={"width": wide, "height": high}, **how
        )
        self.page = self.context.new_page()
        self.page.set_default_timeout(LONGEST_MS)
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._note)
        self.page.on("dialog", self._close)

    def open(self, url: str, ready: str = ".item, .row, .over") -> None:
        self.page.goto(url)
        if ready:
            self.page.wait_for_selector(ready)

    def thread(self, name: str) -> None:
        """Open a thread by its name in the list."""
        self.page.locator(".item", has_text=name).first.click()
        self.page.locator(".head h1", has_text=name).wait_for()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def text(self, selector: str) -> str:
        return self.page.locator(selector).first.inner_text()

    def chosen(self) -> str:
        """Return the turn in the address."""
        return self.page.evaluate("location.hash").partition("?")[0].rpartition("/")[2]

    def _note(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def _close(self, dialog: Any) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

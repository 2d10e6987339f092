"""A picture of a trace, as Phoenix shows it."""

import shutil
from pathlib import Path
from typing import Any, Final

from tests.browser import ARGUMENTS, NAMES
from tests.patience import PATIENCE_S

WIDE: Final = {"width": 1360, "height": 940}


def take(url: str, trace: str, span: str, target: Path) -> None:
    """Open a trace in a browser, with the attributes of one of its spans; picture it.

    Args:
        url: Phoenix's.
        trace: The trace's id.
        span: The name of the span that is looked at.
        target: Where the picture goes, as PNG.
    """
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    program = next(filter(None, map(shutil.which, NAMES)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        page: Any = browser.new_page(viewport=WIDE, reduced_motion="reduce")
        page.set_default_timeout(PATIENCE_S * 1000)
        page.goto(f"{url}/redirects/traces/{trace}")
        page.get_by_text(span).first.click()
        page.wait_for_load_state("networkidle")
        page.get_by_role("tab", name="Attributes").click()
        page.get_by_text("openinference.span.kind").first.wait_for()
        page.get_by_role("dialog").first.screenshot(path=target)
        browser.close()

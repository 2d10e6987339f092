"""Pictures of the page, and how far one is from another.

The clock, the store and the font are fixed; the font has boxes for characters, so that
no picture depends on the fonts of a machine. `python -m tests.page.pictures` takes all
of them anew, to be looked at before they are kept.
"""

import tempfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops

from interactions_core import SqliteStore
from interactions_core.page.html import page_file
from interactions_core.page.reading import View
from tests.browser import Looked, running_browser
from tests.core.looking import NOW
from tests.page.box_font import NAME, font_style
from tests.page.drawn import fill_drawn, fill_long

KEPT = Path(__file__).parent / "kept_pictures"

VISIBLE = 32
"""Of 255: where a channel is further away, somebody could see it."""

TOLERANCE = 0.001
"""The part of all pixels that may be: edges differ between releases of a browser."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What a picture is of.

    Attributes:
        thread: The thread that is open; "" for the overview.
        keys: What is pressed then.
        pressed: A button that is pressed after them; "" for none.
        scheme: `light` or `dark`.
        is_phone: Whether on 390 x 844 in place of 1440 x 900.
        is_turn: Whether the chosen row is touched, which on a phone opens it.
        forced: Whether colours are those of the system.
    """

    thread: str = ""
    keys: tuple[str, ...] = ()
    pressed: str = ""
    scheme: str = "light"
    is_phone: bool = False
    is_turn: bool = False
    forced: bool = False


PICTURES = {
    "overview-light": Shown(),
    "overview-dark": Shown(scheme="dark"),
    "thread-light": Shown(thread="support-7731"),
    "thread-dark": Shown(thread="support-7731", scheme="dark"),
    "explain-dark": Shown(thread="contract-review", scheme="dark"),
    "killed-job-dark": Shown(thread="market-tpu", keys=("k", "k"), scheme="dark"),
    "stuck-job-light": Shown(thread="pricing-brief"),
    "transcript-light": Shown(thread="support-7731", keys=("t",)),
    "hidden-bytes-dark": Shown(
        thread="support-7731", keys=("h",), pressed="Bytes", scheme="dark"
    ),
    "1000-turns-light": Shown(thread="long"),
    "phone-list-light": Shown(is_phone=True),
    "phone-thread-light": Shown(thread="support-7731", is_phone=True),
    "phone-explain-dark": Shown(
        thread="contract-review", scheme="dark", is_phone=True, is_turn=True
    ),
    "forced-colours": Shown(thread="support-7731", forced=True),
}


def write_page(folder: Path) -> str:
    """Write the page that is pictured; return its address."""
    store = SqliteStore(folder / "pictured.db")
    fill_drawn(store)
    fill_long(store, 1_000)
    view = View(store=store, url="sqlite:///state.db", now=NOW)
    page = folder / "pictured.html"
    page.write_text(page_file(view, view.conversations()), "utf-8")
    store.close()
    return page.as_uri()


def take(
    browser: Any, page: str, shown: Shown, *, motion: str = "reduce", style: str = ""
) -> Image.Image:
    """Take a picture.

    Args:
        browser: The browser.
        page: Its address.
        shown: What is looked at.
        motion: What the system says of motion.
        style: Added to the style of the page.
    """
    high = 844 if shown.is_phone else 900
    looked = Looked(
        browser,
        wide=390 if shown.is_phone else 1440,
        high=high,
        color_scheme=shown.scheme,
        reduced_motion=motion,
        forced_colors="active" if shown.forced else "none",
        bypass_csp=True,
    )
    looked.open(page)
    looked.page.add_style_tag(content=font_style() + style)
    looked.page.evaluate(f"document.fonts.load('12px {NAME}')")
    if shown.thread:
        looked.thread(shown.thread)
    looked.press(*shown.keys)
    if shown.pressed:
        looked.page.get_by_role("button", name=shown.pressed).click()
    if shown.is_turn:
        looked.page.locator(".row[aria-selected=true]").click()
    looked.page.mouse.move(0, high - 1)
    # What is on screen then has been drawn with this font.
    looked.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")  # fmt: skip
    taken = looked.page.screenshot(animations="disabled")
    looked.context.close()
    return Image.open(BytesIO(taken)).convert("RGB")


def apart(one: Image.Image, other: Image.Image) -> float:
    """Return the part of the pixels that are visibly different; 1 for other sizes."""
    if one.size != other.size:
        return 1.0
    channels = ImageChops.difference(one, other).split()
    most = ImageChops.lighter(ImageChops.lighter(*channels[:2]), channels[2])
    seen = sum(most.histogram()[VISIBLE:])
    return seen / (one.width * one.height)


def main() -> None:
    """Take all pictures anew."""
    KEPT.mkdir(exist_ok=True)
    with running_browser() as browser, tempfile.TemporaryDirectory() as folder:
        page = write_page(Path(folder))
        for name, shown in PICTURES.items():
            path = KEPT / f"{name}.png"
            palette = take(browser, page, shown).quantize(128, dither=Image.Dither.NONE)
            palette.save(path, optimize=True)


if __name__ == "__main__":
    main()

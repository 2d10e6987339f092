"""Take the picture of the page that README shows, of the store that the demo leaves.

What it was made from is noted beside it as a hash, so that a test can tell when it has
grown old.
"""

import hashlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from website.browser import running_browser

ROOT: Final = Path(__file__).parents[1]
PICTURE: Final = ROOT / "docs" / "page.png"
NOTE: Final = ROOT / "docs" / "page.png.sha256"
DEMO: Final = ROOT / "examples" / "support_conversation.py"
THREAD: Final = "ticket-1"
WIDE: Final = {"width": 1440, "height": 900}
COMMAND: Final = "from interactions_core.cli.entry import main; main()"


def main() -> None:
    """Run the demo, write the page of its store, and take its picture."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        _write_page(Path(folder), page)
        _take(page)
    NOTE.write_text(f"{hash_of_sources()}\n", encoding="utf-8")
    print(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size} bytes")


def hash_of_sources() -> str:
    """Return the hash of all that the picture is made from."""
    found = hashlib.sha256()
    for path in _sources():
        found.update(f"{path.relative_to(ROOT).as_posix()}\0".encode())
        found.update(path.read_bytes())
    return found.hexdigest()


def _sources() -> Iterator[Path]:
    yield DEMO
    static = ROOT / "packages/core/src/interactions_core/page/static"
    yield from sorted(path for path in static.iterdir() if path.is_file())


def _write_page(folder: Path, page: Path) -> None:
    store = folder / "demo.db"
    asked = [sys.executable, str(DEMO), "--store", str(store)]
    subprocess.run(asked, check=True, cwd=folder)  # noqa: S603  our own demo
    show = ["sessions", "show", THREAD, "--html", str(page)]
    place = ["--sessions", f"sqlite:///{store}"]
    command = [sys.executable, "-c", COMMAND, *show, *place]
    subprocess.run(command, check=True)  # noqa: S603  our own command


def _take(page: Path) -> None:
    with running_browser() as browser:
        opened: Any = browser.new_page(viewport=WIDE, reduced_motion="reduce")
        opened.goto(page.as_uri())
        opened.locator(".row", has_text="fork").first.click()
        opened.screenshot(path=PICTURE)


if __name__ == "__main__":
    main()

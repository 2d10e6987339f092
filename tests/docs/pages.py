"""The Markdown files of this repository, read for the tests beside this file."""

import contextlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]

PAGES: Final = (
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "SECURITY.md",
    ROOT / "examples" / "README.md",
    ROOT / "examples" / "deployment" / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "packages").glob("*/README.md")),
)

_FENCE: Final = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_HEADING: Final = re.compile(r"^(#+) (.+)$", re.MULTILINE)
_LINK: Final = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_SAID: Final = re.compile(r"print\(.*\)  # (.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block; `line` is where its content begins."""

    language: str
    text: str
    line: int

    @property
    def printed(self) -> list[str]:
        """What the comments behind its `print` calls say that it prints."""
        return _SAID.findall(self.text)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def blocks_of(path: Path, *languages: str) -> list[Block]:
    """Return the fenced blocks of these languages, in the order of the page."""
    text = path.read_text(encoding="utf-8")
    return [
        Block(found[1], found[2], text.count("\n", 0, found.start(2)) + 1)
        for found in _FENCE.finditer(text)
        if found[1] in languages
    ]


def prose_of(path: Path) -> str:
    return _FENCE.sub("", path.read_text(encoding="utf-8"))


def headings_of(path: Path, level: int = 0) -> list[str]:
    found = _HEADING.findall(prose_of(path))
    return [text for marks, text in found if level in {0, len(marks)}]


def anchors_of(path: Path) -> set[str]:
    """Return the names that the hosting site gives to headings."""
    words = [re.sub(r"[^\w\- ]", "", text.lower()) for text in headings_of(path)]
    return {text.replace(" ", "-") for text in words}


def links_of(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the links to other files and places of the repository."""
    for target in _LINK.findall(prose_of(path)):
        if "://" not in target:
            file, _, anchor = target.partition("#")
            yield file, anchor


def rows_of(path: Path, head: str) -> dict[str, list[str]]:
    """Read the table whose first line begins like this, by its first column."""
    table = path.read_text(encoding="utf-8").partition(f"\n| {head} |")[2]
    rows: dict[str, list[str]] = {}
    for line in table.splitlines()[2:]:
        if not line.startswith("|"):
            break
        first, *rest = [cell.strip() for cell in line.strip("|").split(" | ")]
        rows[first] = rest
    return rows


def run_block(block: Block, path: Path, names: dict[str, Any]) -> list[str]:
    """Run a block as pasted; tracebacks show the page and the line."""
    code = compile("\n" * (block.line - 1) + block.text, str(path), "exec")
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(code, names)  # noqa: S102 - that is what it is for
    return said.getvalue().splitlines()

"""Lay out a copy of the pages for Sphinx.

python -m website.lay_out build/site-source
"""

import posixpath
import shutil
import sys
from pathlib import Path
from typing import Final

from release.links import Link, led
from tests.docs.pages import PAGES, ROOT, links_of, name_of
from website import contents, reference

_PICTURES: Final = frozenset({".png", ".jpg", ".svg", ".gif", ".webp"})
_LANGUAGES: Final = {
    ".json": "json",
    ".jsonc": "javascript",
    ".py": "python",
    ".sh": "sh",
    ".yaml": "yaml",
}


def main(target: Path) -> None:
    """Write every page, every file that one links to, and the reference."""
    shutil.rmtree(target, ignore_errors=True)
    files = [file for page in PAGES for file in linked_files(page)]
    texts = {place_of(page): laid_out(page) for page in PAGES}
    texts |= {
        place_of(file): shown_file(file) for file in files if not _is_picture(file)
    }
    api = {f"reference/{name}.md": text for name, text in reference.pages().items()}
    texts["index.md"] += contents.tables([place_of(page) for page in PAGES], [*api])
    for place, text in (texts | api).items():
        _write(target / place, text.encode())
    for picture in filter(_is_picture, files):
        _write(target / name_of(picture), picture.read_bytes())


def place_of(file: Path) -> str:
    """Return where the page of a file lies, from the root of the copy."""
    name = name_of(file)
    if name == "README.md":
        return "index.md"
    return name if file.suffix == ".md" else f"{name}.md"


def linked_files(page: Path) -> list[Path]:
    """Return the files and folders that a page links to and that are no pages."""
    targets = [(page.parent / file).resolve() for file, _ in links_of(page) if file]
    return [file for file in dict.fromkeys(targets) if file not in PAGES]


def laid_out(page: Path) -> str:
    """Return the text of a page, with its links led to pages of the copy."""
    here = posixpath.dirname(place_of(page)) or "."

    def lead(link: Link) -> str:
        file, mark, anchor = link.target.partition("#")
        target = (page.parent / file).resolve()
        if _is_picture(target):
            return link.to(link.target)
        return link.to(f"{posixpath.relpath(place_of(target), here)}{mark}{anchor}")

    return led(page.read_text(encoding="utf-8"), lead)


def shown_file(file: Path) -> str:
    """Return the page of a file, or of all files of a folder."""
    files = [file] if file.is_file() else sorted(_files_below(file))
    shown = "\n".join(_fenced(one) for one in files)
    return f"---\norphan: true\n---\n\n# {name_of(file)}\n\n{shown}"


def _is_picture(file: Path) -> bool:
    return file.suffix in _PICTURES


def _files_below(folder: Path) -> list[Path]:
    found = [file for file in folder.rglob("*") if file.is_file()]
    return [file for file in found if "__pycache__" not in file.parts]


def _fenced(file: Path) -> str:
    text = file.read_text(encoding="utf-8").rstrip()
    language = _LANGUAGES.get(file.suffix, "text")
    return f"**{file.name}**\n\n``````{language}\n{text}\n``````\n"


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


if __name__ == "__main__":
    main(ROOT / sys.argv[1])

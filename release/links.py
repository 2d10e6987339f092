"""Links in Markdown: which there are, and others in their place."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

_CODE: Final = re.compile(r"(^```.*?^```$|`[^`\n]+`)", re.DOTALL | re.MULTILINE)
_LINK: Final = re.compile(r"(?P<image>!?)\[(?P<words>[^\]]*)\]\((?P<target>[^)\s]+)\)")
_HTML: Final = re.compile(r"""(?:src|href|srcset)=["']([^"']+)["']""")
_HOLE: Final = re.compile(r"\x00(\d+)\x00")


@dataclass(frozen=True, slots=True)
class Link:
    """A link or a picture as it stands in a page."""

    words: str
    target: str
    is_image: bool

    def to(self, target: str) -> str:
        """Return it with another target."""
        return f"{'!' if self.is_image else ''}[{self.words}]({target})"


def led(text: str, lead: Callable[[Link], str]) -> str:
    """Return a page with what `lead` puts in the place of each relative link."""
    kept: list[str] = []

    def replaced(found: re.Match[str]) -> str:
        link = Link(found["words"], found["target"], bool(found["image"]))
        return lead(link) if is_relative(link.target) else found[0]

    return _with_code(_LINK.sub(replaced, _without_code(text, kept)), kept)


def relative_links(text: str) -> list[str]:
    """Return the targets of links and pictures that need the repository around them."""
    prose = _CODE.sub("", text)
    targets = [found["target"] for found in _LINK.finditer(prose)]
    return [to for to in (*targets, *_HTML.findall(prose)) if is_relative(to)]


def is_relative(target: str) -> bool:
    """Tell whether a link leads somewhere only beside the page that has it."""
    return not urlsplit(target).scheme and not target.startswith("#")


def _without_code(text: str, kept: list[str]) -> str:
    """Put a numbered hole in the place of each piece of code, and keep the piece."""

    def hole(found: re.Match[str]) -> str:
        kept.append(found[0])
        return f"\x00{len(kept) - 1}\x00"

    return _CODE.sub(hole, text)


def _with_code(text: str, kept: list[str]) -> str:
    return _HOLE.sub(lambda found: kept[int(found[1])], text)

"""Reads what a text offers to choose from, and chooses the one whose turn it is."""

import re
from collections.abc import Iterable

_LISTED = (
    re.compile(
        r"\b(?:select|choose|pick)\w*\b[^.\n\[]{0,80}?\b(?:from|of|among|between)\b"
        r"[^.\n\[]{0,40}\[(?P<names>[^\]\n]+)\]",
        re.IGNORECASE,
    ),
    re.compile(
        r"\(\s*(?:(?:select|choose|pick)\w*\s+(?:from|among|one of)|one of)\s*:?"
        r"\s*(?P<names>[^)\n]+)\)",
        re.IGNORECASE,
    ),
    re.compile(
        r"\bone of the following [\w ]{1,30}:[ \t]*(?P<names>[^\n]+?)(?:\.?\s*$|\.?\n)",
        re.IGNORECASE | re.MULTILINE,
    ),
)
_ALONE = re.compile(
    r"\b(?:only|just)\b[^.\n]{0,30}\b(?:return|reply|answer|respond|give|write|output"
    r"|select|choose|pick|name)\b"
    r"|\b(?:return|reply|answer|respond|give|write|output)\b[^.\n]{0,30}\bonly\b",
    re.IGNORECASE,
)
_QUOTES = "\"'`“” "


def options_in(text: str) -> list[str]:
    """Return the names that the text offers, in its order; empty if it offers none."""
    for pattern in _LISTED:
        found = pattern.search(text)
        if found:
            names = (name.strip(_QUOTES) for name in found["names"].split(","))
            return list(dict.fromkeys(name for name in names if name))
    return []


def is_only_choice(text: str) -> bool:
    """Whether the text wants one of its options and no other word."""
    return bool(options_in(text)) and _ALONE.search(text) is not None


def choose(options: list[str], texts: Iterable[str]) -> str:
    """Return the first of those who opened the fewest lines of the texts."""
    said = "\n".join(texts)
    counts = [_lines_of(name, said) for name in options]
    return options[counts.index(min(counts))]


def _lines_of(name: str, said: str) -> int:
    opening = rf"^[ \t*>\[#-]*{re.escape(name)}\]?\**[ \t]*[:,]"
    return len(re.findall(opening, said, re.MULTILINE))

"""Reads what a prompt demands: the task in it, and the word that ends the work."""

import re
from typing import Final

_CHARS = 300
_SEARCHED_CHARS = 2_000
_TASK = re.compile(
    r"(?:^|\n)(?:[^\n:#]{0,80}\b(?:request|task|question|query|objective)\b[^\n:]{0,40}:"
    r"|#+ [^\n]{0,40}\b(?:request|task|question)\b[^\n]{0,40}(?=\n))",
    re.IGNORECASE,
)
_SENTENCES = re.compile(r"(?<=[.!?])\s+|\n")
_ENDING = re.compile(
    r"\b(?:reply|respond|answer|say|write|output|return|end|finish|conclude|use|print)\b"
    r"[^.\n]{0,40}?(?-i:\b(?P<word>[A-Z][A-Z_]{3,})\b)",
    re.IGNORECASE,
)
_SOMETIME = re.compile(
    r"\b(?:when|once|if|after|until|complete\w*|done|finish\w*|end with)\b",
    re.IGNORECASE,
)
_NEVER = re.compile(r"\b(?:never|do not|don't|without)\b", re.IGNORECASE)
_NO_SIGNALS: Final = frozenset(
    [
        "JSON",
        "HTML",
        "YAML",
        "HTTP",
        "HTTPS",
        "NULL",
        "TRUE",
        "FALSE",
        "NONE",
        "ASCII",
        "MARKDOWN",
        "ONLY",
        "MUST",
    ]
)


def task_in(text: str) -> str:
    """Return the task that a longer prompt names, or the beginning of the text."""
    found = _TASK.search(text)
    return _first_line(text[found.end() :] if found else text) or text[:_CHARS].strip()


def _first_line(text: str) -> str:
    """Return the first line that is no heading, with the next one if it leads there."""
    taken = ""
    for line in filter(None, map(str.strip, text[:_SEARCHED_CHARS].splitlines())):
        taken = f"{taken} {line}".strip()
        if line.startswith("#"):
            taken = ""
        elif not line.endswith(":"):
            break
    return taken[:_CHARS].strip()


def ending_word(system_instruction: str) -> str | None:
    """Return the word in capitals that is to be said when the work is done."""
    for sentence in _SENTENCES.split(system_instruction):
        found = _ENDING.search(sentence)
        if found is None or found["word"] in _NO_SIGNALS:
            continue
        if _SOMETIME.search(sentence) and not _NEVER.search(sentence):
            return found["word"]
    return None

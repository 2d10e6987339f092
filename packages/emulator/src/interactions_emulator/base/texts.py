"""Finds names and what is said of them in a text."""

import re


def find_value(text: str, name: str) -> str | None:
    """Find `name: value`, `name=value` or `name is value`."""
    label = r"[ _-]".join(map(re.escape, words_of(name)))
    if not label:
        return None
    pattern = rf"\b{label}\s*(?:=|:|\bis\b)\s*[\"'“]?([^\s\"'”,;?!]+(?<!\.))"
    found = re.search(pattern, text, re.IGNORECASE)
    return found[1] if found else None


def words_of(name: str) -> list[str]:
    """Return the lower-case words that a name is made of."""
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    return [word for word in re.split(r"[^A-Za-z0-9]+", spaced.lower()) if word]


def mentions(text: str, word: str) -> bool:
    """Whether the text holds the word as a word of its own."""
    return (
        bool(word) and re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None
    )

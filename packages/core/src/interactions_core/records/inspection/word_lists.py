"""What an index has of a record: its words, each once, in no order of theirs. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from interactions_core.canonical import JsonObject
from interactions_core.records.mirror import is_redacted
from interactions_core.transcript.said_texts import said_texts
from interactions_core.transcript.words import runs_of, terms_of

MOST_BYTES: Final = 400_000
"""Bytes of the words of a record that are indexed; PostgreSQL takes a megabyte."""

WordsState = Literal[0, 1, 2]
"""0: nothing of what was said is kept. 1: all words are there. 2: the first ones are."""

NOT_KEPT: Final = 0
WHOLE: Final = 1
CUT: Final = 2


@dataclass(frozen=True, slots=True)
class WordList:
    """The words of a record.

    Attributes:
        words: Sorted, with a space between; no word has one.
        state: Whether these are all.
    """

    words: str
    state: WordsState


def list_words(sent: Sequence[JsonObject], held: Sequence[JsonObject]) -> WordList:
    """Return the words of what was sent and answered."""
    if not has_content(sent, held):
        return WordList("", NOT_KEPT)
    words, is_whole = _distinct(said_texts((*sent, *held)))
    return WordList(" ".join(sorted(words)), WHOLE if is_whole else CUT)


def has_content(sent: Sequence[JsonObject], held: Sequence[JsonObject]) -> bool:
    """Tell whether anything is kept of what was said; see `mirror`."""
    return bool(sent) or (bool(held) and not is_redacted(held))


def _distinct(texts: Iterable[str]) -> tuple[set[str], bool]:
    """Return the words of texts, and whether all of them were few enough."""
    words: set[str] = set()
    left = MOST_BYTES
    for text in texts:
        runs = dict.fromkeys(runs_of(text))
        new = {term for run in runs for term in terms_of(run)} - words
        left -= _size(new)
        if left < 0:
            ordered = (term for run in runs for term in terms_of(run) if term in new)
            return words | _first(ordered, left + _size(new)), False
        words |= new
    return words, True


def _first(terms: Iterable[str], most: int) -> set[str]:
    """Return the first of these that fit into so many bytes."""
    words: set[str] = set()
    for term in terms:
        if term not in words:
            most -= _size([term])
            if most < 0:
                break
            words.add(term)
    return words


def _size(terms: Iterable[str]) -> int:
    """Return how many bytes words are, with a space behind each."""
    return sum(
        len(term) + 1 if term.isascii() else len(term.encode()) + 1 for term in terms
    )

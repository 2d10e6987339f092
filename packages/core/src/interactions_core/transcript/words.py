"""The words of a text, as a search compares them. Pure.

The words are cut here and by no database, so that all stores find the same. Upper and
lower case, accents of Latin, Greek and Cyrillic letters, and the width of a character
make no difference; what is neither letter, digit, mark nor symbol parts words.

Chinese, Japanese, Thai and other scripts are written without spaces: characters that
follow each other are one run there, and any part of it is found. So are symbols, emoji
among them.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

LONGEST_WORD: Final = 64
"""Characters of a word that an index has."""

_ASCII: Final = re.compile(r"[a-z0-9]+")

# Accents, variants of emoji, and what joins or breaks words and is not seen; not the
# space of no width, which is one.
_UNSEEN: Final = re.compile(
    "[\u0300-\u036f\ufe00-\ufe0f\u00ad\u200c-\u200f\u202a-\u202e\u2060-\u2064\ufeff]"
)

_LAST: Final = 0x323AF
"""The last letter; what comes behind it is not seen, or nobody's."""

_UNSPACED: Final = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Burmese
    (0x1780, 0x17FF),  # Khmer
    (0x1950, 0x19DF),  # Tai
    (0x1A20, 0x1AAF),
    (0x3005, 0x3007),  # marks of repetition, and the zero, in Chinese and Japanese
    (0x3031, 0x3035),
    (0x3040, 0x30FF),  # Kana
    (0x3100, 0x312F),  # Bopomofo
    (0x31A0, 0x31BF),
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0x9FFF),
    (0xA000, 0xA48F),  # Yi
    (0xA9E0, 0xA9FF),
    (0xAA60, 0xAADF),
    (0xF900, 0xFAFF),
    (0x1B000, 0x1B16F),
    (0x20000, _LAST),
)


def fold(text: str) -> str:
    """Return a text without what makes no difference to a search."""
    if text.isascii():
        return text.lower()
    wide = unicodedata.normalize("NFKD", text).casefold()
    plain = _UNSEEN.sub("", unicodedata.normalize("NFKD", wide))
    # What is left is put together again: a Hangul syllable is one character.
    return unicodedata.normalize("NFC", plain)


def runs_of(text: str) -> list[str]:
    """Return the words of a text, and the runs of what is written without spaces."""
    folded = fold(text)
    if folded.isascii():
        return _ASCII.findall(folded)
    return _patterns()[0].findall(folded)


def is_unspaced(run: str) -> bool:
    """Tell whether a run is not a word, so that any part of it is found."""
    return not run.isascii() and _patterns()[1].match(run) is not None


def terms_of(run: str) -> Sequence[str]:
    """Return what an index has of a run.

    The beginning of a word; of what is written without spaces each pair of characters,
    and the last one.
    """
    if not is_unspaced(run):
        return (run[:LONGEST_WORD],)
    return [run[at : at + 2] for at in range(len(run))]


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what finds runs, and what begins one that is not a word."""
    written = {code for first, last in _UNSPACED for code in range(first, last + 1)}
    words: list[int] = []
    unspaced: list[int] = []
    for code in range(_LAST + 1):
        kind = unicodedata.category(chr(code))
        if kind == "So" or (kind[0] in "LNM" and code in written):
            unspaced.append(code)
        elif kind[0] in "LNM":
            words.append(code)
    one = _ranges(unspaced)
    return re.compile(f"[{one}]+|[{_ranges(words)}]+"), re.compile(f"[{one}]")


def _ranges(codes: list[int]) -> str:
    """Write a set of characters as a pattern has it."""
    parts: list[str] = []
    first = last = codes[0]
    for code in [*codes[1:], _LAST + 2]:
        if code != last + 1:
            parts.append(f"{re.escape(chr(first))}-{re.escape(chr(last))}")
            first = code
        last = code
    return "".join(parts)

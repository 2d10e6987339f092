"""What somebody searches for, and whether a record has it. Pure.

All words of a query have to be there, in any order: `AND`, `OR`, `NEAR` and `-` are
words, or nothing, like everywhere else. What is between double quotes has to be there
word for word, and so what is written without a space, `3.14` or `snake_case`. A `*` at
the end of a word stands for any rest of it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from interactions_core.transcript.words import (
    LONGEST_WORD,
    is_unspaced,
    runs_of,
    terms_of,
)

LONGEST_QUERY: Final = 10_000
"""Characters of a query that are looked at."""

_PARTS: Final = re.compile(r'"([^"]*)"|([^\s"]+)')
_PAIR: Final = 2


@dataclass(frozen=True, slots=True)
class Term:
    """What an index is asked for: a word, or the beginning of one."""

    text: str
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class Unit:
    """Words that follow each other.

    Attributes:
        runs: The words, at least one, as `runs_of` has them.
        is_prefix: Whether the last may go on.
    """

    runs: tuple[str, ...]
    is_prefix: bool = False

    @property
    def pattern(self) -> str:
        """What is in `searched_text` of a record that has it."""
        first, last = self.runs[0], self.runs[-1]
        before = "" if is_unspaced(first) else " "
        after = "" if self.is_prefix or is_unspaced(last) else " "
        return f"{before}{' '.join(self.runs)}{after}"

    @property
    def terms(self) -> Iterator[Term]:
        """What an index has of every record that has it."""
        for at, run in enumerate(self.runs):
            if not is_unspaced(run):
                is_open = self.is_prefix and at == len(self.runs) - 1
                yield Term(run[:LONGEST_WORD], is_open and len(run) < LONGEST_WORD)
            elif len(run) == 1:
                yield Term(run, is_prefix=True)
            else:
                # All but the last, which goes on as the text does.
                yield from map(Term, terms_of(run)[:-1])

    @property
    def is_exact(self) -> bool:
        """Whether what the index has of it is all that it says."""
        [*others, run] = self.runs
        longest = _PAIR if is_unspaced(run) else LONGEST_WORD - 1
        return not others and len(run) <= longest


@dataclass(frozen=True, slots=True)
class Query:
    """What has to be there, all of it; nothing has no units."""

    units: tuple[Unit, ...]

    @property
    def terms(self) -> list[Term]:
        """What an index is asked for, each once."""
        return [*dict.fromkeys(term for unit in self.units for term in unit.terms)]

    @property
    def is_exact(self) -> bool:
        """Whether every record that has the terms matches."""
        return all(unit.is_exact for unit in self.units)

    def matches(self, texts: Iterable[str]) -> bool:
        """Tell whether all of it is in texts; words of two of them are not together.

        A query without units matches nothing.
        """
        wanted = {unit.pattern for unit in self.units}
        if not wanted:
            return False
        for text in texts:
            searched = searched_text(text)
            wanted -= {pattern for pattern in wanted if pattern in searched}
            if not wanted:
                return True
        return False


def searched_text(text: str) -> str:
    """Return the words of a text with a space before and behind each."""
    return f" {' '.join(runs_of(text))} "


def read_query(text: str) -> Query:
    """Read what somebody typed; whatever it is, it is no error."""
    found = _PARTS.findall(text[:LONGEST_QUERY])
    units = [_unit(quoted or plain, is_quoted=bool(quoted)) for quoted, plain in found]
    return Query(tuple(unit for unit in dict.fromkeys(units) if unit.runs))


def _unit(text: str, *, is_quoted: bool) -> Unit:
    runs = tuple(runs_of(text))
    may_go_on = not is_quoted and text.endswith("*") and bool(runs_of(text[-2:-1]))
    return Unit(runs, may_go_on)

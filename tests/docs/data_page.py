"""The tables of `docs/data.md`, read for tests."""

import re
from dataclasses import dataclass
from typing import Final

from tests.docs.pages import ROOT

PAGE: Final = ROOT / "docs" / "data.md"

_SECTION: Final = re.compile(r"^### `(\w+)`\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
_PART: Final = re.compile(r"^Part `(\w+)`\.$", re.MULTILINE)
_ROW: Final = re.compile(r"^\| `(\w+)` \| (.+) \| (\d+) \| (.+) \|$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Column:
    """What the page says of a column; `since` is a version of its part."""

    part: str
    since: int
    readers: frozenset[str]


def read_page() -> dict[str, dict[str, Column]]:
    """Return what the page says of each column of each table."""
    tables: dict[str, dict[str, Column]] = {}
    for table, text in _SECTION.findall(PAGE.read_text(encoding="utf-8")):
        part = _PART.search(text)
        tables[table] = {
            name: Column(part[1] if part else "", int(since), _words(readers))
            for name, _, since, readers in _ROW.findall(text)
        }
    return tables


def columns_that_hold(*words: str) -> dict[str, set[str]]:
    """Return the columns by table of which the page says one of these words."""
    found = {
        table: {name for name, column in columns.items() if column.readers & {*words}}
        for table, columns in read_page().items()
    }
    return {table: columns for table, columns in found.items() if columns}


def _words(readers: str) -> frozenset[str]:
    return frozenset(readers.split(", "))

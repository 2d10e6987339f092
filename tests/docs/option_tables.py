"""The rows of shared options in the guides: `python -m tests.docs.option_tables`.

A cell begins with what core says of the option, links aside, and may go on with what is
true of one framework.
"""

import re
from datetime import timedelta
from typing import Final, get_args

from interactions_core.options.said import Adapter
from interactions_core.options.table import OPTIONS, option_of
from tests.docs.pages import ROOT

ADAPTERS: Final[tuple[Adapter, ...]] = get_args(Adapter)

_HEAD: Final = "| option | default | meaning |"


def with_rows(adapter: Adapter, page: str) -> str:
    """Return a guide whose table has each shared option as core declares it."""
    before, head, rest = page.partition(f"{_HEAD}\n|---|---|---|\n")
    table, end, after = rest.partition("\n\n")
    rows = {row.split("`")[1]: row for row in table.splitlines()}
    last = ""
    for name, option in OPTIONS.items():
        if adapter in option.said.takers:
            row = _row(adapter, name, rows.get(name, ""))
            rows = _put(rows, name, row, last)
            last = name
    rewritten = "\n".join(rows.values())
    return f"{before}{head}{rewritten}{end}{after}"


def _row(adapter: Adapter, name: str, now: str) -> str:
    """Return a row, as it is if it says what core says."""
    option = option_of(adapter, name)
    begin = f"| `{name}` | `{_shown(option.default)}` | {option.said.text}"
    return now if _plain(now).startswith(begin) else f"{begin} |"


def _put(rows: dict[str, str], name: str, row: str, last: str) -> dict[str, str]:
    """Put a row in its place, or a new one behind the option declared before it."""
    if name in rows:
        return {**rows, name: row}
    at = [*rows].index(last) + 1 if last else 0
    items = [*rows.items()]
    return dict([*items[:at], (name, row), *items[at:]])


def _plain(text: str) -> str:
    """Leave out where links lead."""
    return re.sub(r"\[([^]`\"]+)\]\([^)]+\)", r"\1", text)


def _shown(default: object) -> str:
    if isinstance(default, timedelta):
        return f"timedelta(days={default.days})"
    return f'"{default}"' if isinstance(default, str) else repr(default)


if __name__ == "__main__":
    for adapter in ADAPTERS:
        guide = ROOT / "docs" / f"{adapter}.md"
        guide.write_text(with_rows(adapter, guide.read_text()))

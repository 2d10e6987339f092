"""Tables of what users of a framework's own class write, and what ours makes of it.

`python -m tests.docs.swap_tables langgraph` writes `docs/swap/langgraph.md` from the
cases in `tests/docs/swap_langgraph.py`; other adapters alike. No cell is written by
hand: each is what a call on the emulator came to, or the error that it raised.

A module of cases has `HEAD`, the text above the tables, and `TABLES`. It takes the
options of the stock class from that class or from a list with its version, and hands
them to `Table.names`, so that none is left out.
"""

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from interactions_core.exceptions import InteractionsError
from interactions_emulator import Emulator

ROOT: Final = Path(__file__).parents[2]

Held = Mapping[str, object]
"""The options that an object of ours holds, by our names."""

Use = Callable[[str], Held | None]
"""Makes an object of ours on the server at this URL and calls it, once or more.

An option that no request shows needs what the object holds as the value.
"""


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that users of the stock class write."""

    written: str
    """As they write it: an option with its value, a content block, a tool."""
    use: Use
    instead: "Case | None" = None
    """What they must write now, if that is known and this is refused."""
    may_be_left_out: bool = False
    """Whether nothing of it need be sent; of anything else that is an error."""
    parts: Mapping[str, Use] = field(default_factory=dict)
    """Keys of it, and the same use without that key: finds keys that are ignored."""


def now(old: Case, new: Case) -> Case:
    """Say what is written instead of what is refused."""
    return replace(old, instead=new)


@dataclass(frozen=True, slots=True)
class Table:
    """Cases of one sort, and the call that they are told apart from."""

    title: str
    plain: Use
    """The same call without what the cases add."""
    cases: Sequence[Case]
    says: str = ""
    """What stands above the table."""
    names: frozenset[str] = field(default_factory=frozenset)
    """What the stock class takes: each has a case that begins with it."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What a call came to: what was sent and held, or why it was refused."""

    sent: dict[str, Any] = field(default_factory=dict)
    held: Held = field(default_factory=dict)
    refusal: str = ""


_LEGEND: Final = """\
- **same**: the line stays as it is; the last column says what is sent for it, or, where a request does not show it, what the object holds.
- **other name**: the line is refused, and what is written instead stands before the colon.
- **refused**: an error says so before anything is sent, unless it begins with the HTTP status of the API's own refusal.
- **left out**: taken, but nothing of it is sent; **without** names the keys of which nothing is.
"""


def page_of(adapter: str) -> Path:
    return ROOT / "docs" / "swap" / f"{adapter}.md"


def page(adapter: str) -> str:
    """Return the whole page, from calls made now."""
    cases = import_module(f"tests.docs.swap_{adapter}")
    return "\n".join([cases.HEAD, _LEGEND, *map(written_table, cases.TABLES)])


def written_table(table: Table) -> str:
    """Try all cases of a table and write what they came to.

    Raises:
        ValueError: An option of the stock class has no case, or one was ignored.
    """
    missing = table.names - {name_of(case) for case in table.cases}
    if missing:
        msg = f"{table.title}: no case for {', '.join(sorted(missing))}"
        raise ValueError(msg)
    with Emulator() as server:
        plain = _try(table.plain, server)
        rows = [_row(case, plain, server) for case in table.cases]
    lines = [f"## {table.title}", "", *([table.says, ""] if table.says else [])]
    lines += ["| you write | here | what becomes of it |", "|---|---|---|", *rows]
    return "\n".join(lines) + "\n"


def name_of(case: Case) -> str:
    """Return the option that a case is about."""
    return re.split(r"\W", case.written, maxsplit=1)[0]


def _row(case: Case, plain: Trial, server: Emulator) -> str:
    trial = _try(case.use, server)
    if not trial.refusal:
        seen = _seen(case, plain, trial)
        lost = _lost(case, trial, server)
        same = f"same, without {', '.join(map(_code, lost))}" if lost else "same"
        cells = [_code(case.written), same if seen else "left out", seen or "-"]
    elif case.instead is None:
        cells = [_code(case.written), "refused", trial.refusal]
    else:
        now = _try(case.instead.use, server)
        if now.refusal:
            msg = f"{case.instead.written} is refused as well: {now.refusal}"
            raise ValueError(msg)
        seen = f"{_code(case.instead.written)}: {_seen(case.instead, plain, now)}"
        cells = [_code(case.written), "other name", seen]
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _lost(case: Case, trial: Trial, server: Emulator) -> list[str]:
    return [k for k, use in case.parts.items() if _try(use, server) == trial]


def _try(use: Use, server: Emulator) -> Trial:
    server.reset()
    try:
        held = use(server.url)
    except InteractionsError as exc:
        return Trial(refusal=_timeless(str(exc), server))
    creates = [row for row in server.requests() if row["method"] == "POST"]
    sent = {"path": creates[-1]["path"], **creates[-1]["body"]} if creates else {}
    return Trial(sent, {k: _local(v, server) for k, v in (held or {}).items()})


def _local(value: object, server: Emulator) -> object:
    return value.replace(server.url, _LOCAL) if isinstance(value, str) else value


def _plainly(value: object) -> str:
    return f"<{type(value).__name__}>" if " at 0x" in repr(value) else repr(value)


def _timeless(text: str, server: Emulator) -> str:
    """Leave out what another run would say in other words."""
    text = " ".join(text.split()).replace(server.url, _LOCAL)
    return re.sub(r"\bv1_\w+", "v1_…", text)


def _seen(case: Case, plain: Trial, trial: Trial) -> str:
    changes = [f"{path}: {_short(value)}" for path, value in _new(plain, trial)]
    if not changes:
        changes = [
            f"{name}={_plainly(value)}"
            for name, value in trial.held.items()
            if name not in plain.held or plain.held[name] != value
        ]
    if not changes and not case.may_be_left_out:
        msg = f"{case.written} was taken and ignored"
        raise ValueError(msg)
    return ", ".join(map(_code, changes))


def _new(plain: Trial, trial: Trial) -> Iterator[tuple[str, Any]]:
    return _differences("", plain.sent, trial.sent)


def _differences(path: str, old: Any, new: Any) -> Iterator[tuple[str, Any]]:
    """Yield each place where the new one says something else, and what."""
    if _alike(old, new):
        for key, value in new.items():
            place = f"{path}.{key}".strip(".")
            yield from _differences(place, old.get(key), value)
    elif isinstance(old, list) and isinstance(new, list):
        for index, value in enumerate(new):
            known = old[index] if index < len(old) else None
            yield from _differences(f"{path}[{index}]", known, value)
    elif old != new:
        yield path, new


def _alike(old: Any, new: Any) -> bool:
    both = isinstance(old, dict) and isinstance(new, dict)
    return both and old.get("type") == new.get("type")


def _short(value: Any, depth: int = 0) -> str:
    """Write JSON without what lies deep and without long texts."""
    if isinstance(value, dict):
        parts = (f'"{k}": {_short(v, depth + 1)}' for k, v in value.items())
        return "{" + ("…" if depth > _DEEPEST else ", ".join(parts)) + "}"
    if isinstance(value, list):
        return f"[{', '.join(_short(item, depth) for item in value)}]"
    if isinstance(value, str) and len(value) > _LONGEST:
        value = f"{value[:_LONGEST]}…"
    return json.dumps(value, ensure_ascii=False)


_DEEPEST: Final = 2
_LONGEST: Final = 48
_LOCAL: Final = "http://127.0.0.1:8765"


def _code(text: str) -> str:
    return f"`{text}`"


if __name__ == "__main__":
    for chosen in sys.argv[1:]:
        page_of(chosen).parent.mkdir(exist_ok=True)
        page_of(chosen).write_text(page(chosen), encoding="utf-8")

"""The page about logs lists every event that there is, with its level, and no other."""

import ast
import re
from typing import get_type_hints

from interactions_core.logs import PREFIX, Known
from tests.docs.pages import ROOT
from tests.log_calls import field_calls, log_calls

PAGE = (ROOT / "docs/logs.md").read_text(encoding="utf-8")


def test_the_page_lists_each_event_with_its_levels() -> None:
    """What is handed to `tell` is logged as `INFO`."""
    expected: dict[str, set[str]] = {}
    seen: set[str] = set()
    for call in log_calls():
        if call.fields is not None:
            expected.setdefault(_event(call.fields), set()).add(call.level)
            seen.add(ast.unparse(call.fields))
    for _, fields in field_calls():
        if ast.unparse(fields) not in seen:
            expected.setdefault(_event(fields), set()).add(_level(fields))

    listed = re.findall(r"^\| `([a-z_]+)` \| ([A-Z, ]+) \| \S", PAGE, re.MULTILINE)

    assert {event: set(levels.split(", ")) for event, levels in listed} == expected
    assert len(listed) == len(expected)


def test_the_page_lists_each_field() -> None:
    listed = set(re.findall(rf"^\| `{PREFIX}([a-z_]+)` \|", PAGE, re.MULTILINE))

    assert listed == {"event", "error", "http_status", *get_type_hints(Known)}


def _event(fields: ast.Call) -> str:
    (event, *_) = fields.args
    assert isinstance(event, ast.Constant)
    return str(event.value)


def _level(fields: ast.Call) -> str:
    """Return the level of fields that are not written in the call of a logger."""
    return "WARNING" if _event(fields) == "plan_undecided" else "INFO"

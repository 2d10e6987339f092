"""What `interactions doctor` prints: a line for each check. Pure."""

import textwrap
from typing import Final

import click

from interactions_core.cli.printing.output import shown
from interactions_core.doctor import Check

_NAME_AT: Final = 6
_TEXT_AT: Final = 21
_COLOURS: Final = {"ok": "green", "warn": "yellow", "fail": "red"}


def check_lines(check: Check, columns: int, *, paint: bool) -> list[str]:
    """Write a check as a line, and what has no room in it below, indented.

    Args:
        check: What was found.
        columns: How many there are.
        paint: Whether to colour how it is.
    """
    text = f"{check.text.rstrip('.')}. {check.fix}" if check.fix else check.text
    pieces = textwrap.wrap(
        shown(text),
        columns - _TEXT_AT,
        break_long_words=False,
        break_on_hyphens=False,
    )
    first, *rest = pieces or [""]
    level = f"{check.level:<{_NAME_AT}}"
    painted = click.style(level, fg=_COLOURS[check.level]) if paint else level
    name = f"{check.name:<{_TEXT_AT - _NAME_AT}}"
    return [f"{painted}{name}{first}", *(" " * _TEXT_AT + piece for piece in rest)]

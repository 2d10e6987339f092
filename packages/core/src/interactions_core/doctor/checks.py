"""What a look has found, as values. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from interactions_core.counted import counted

Level = Literal["ok", "warn", "fail"]
"""`warn` works, but not as one may expect; `fail` does not work."""


@dataclass(frozen=True, slots=True)
class Check:
    """One finding.

    Attributes:
        name: What was looked at, in a word.
        level: How it is.
        text: What was found, without content and secrets.
        fix: What to do about it; "" for nothing.
    """

    name: str
    level: Level
    text: str
    fix: str = ""


def is_well(checks: Sequence[Check]) -> bool:
    """Tell whether nothing failed."""
    return all(check.level != "fail" for check in checks)


def summary(checks: Sequence[Check]) -> str:
    """Count what is not as it should be, in a line."""
    failed = sum(check.level == "fail" for check in checks)
    warned = sum(check.level == "warn" for check in checks)
    return f"{failed} failed, {counted(warned, 'warning')}"

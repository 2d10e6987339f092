"""Holds the standard suites to the list of skipped tests that the guide gives."""

import re
from functools import cache
from pathlib import Path
from typing import Any

GUIDE = Path(__file__).parents[2] / "docs" / "langgraph.md"


@cache
def listed_as_skipped() -> frozenset[str]:
    """Read the names in the table of the guide's section "Standard tests"."""
    text = GUIDE.read_text(encoding="utf-8")
    _, _, rest = text.partition("\n### Standard tests\n")
    section, _, _ = rest.partition("\n## ")
    return frozenset(re.findall(r"^\| `(test_\w+)` \|", section, re.MULTILINE))


def hold_to_the_guide(name: str, report: Any) -> None:
    """Fail a test that is skipped without being listed, or listed without being so.

    Args:
        name: The test's name, without its parameters.
        report: What pytest says of one phase of it; an expected failure is a skip.
    """
    listed = name in listed_as_skipped()
    if report.skipped and not listed:
        _fail(report, f"{name} is skipped, and {GUIDE.name} does not list it")
    elif report.when == "call" and report.passed and listed:
        _fail(report, f"{GUIDE.name} lists {name} as skipped, and it passes")


def _fail(report: Any, why: str) -> None:
    report.outcome = "failed"
    report.longrepr = why

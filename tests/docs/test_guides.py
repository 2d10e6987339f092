"""Whoever knows the guide of one adapter finds the same things in those of the others."""

import pytest

from tests.docs.pages import ROOT, headings_of, rows_of

ADAPTERS = ("langgraph", "autogen", "crewai")
SECTIONS = [
    "Five-minute start",
    "How it maps",
    "What survives what",
    "Moving over",
    "Background",
    "Operations",
    "Errors",
]


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_guides_have_one_structure(adapter: str) -> None:
    assert headings_of(ROOT / "docs" / f"{adapter}.md", 2) == SECTIONS


def test_guides_say_of_the_same_mishaps_what_survives_them() -> None:
    pages = [ROOT / "docs" / f"{adapter}.md" for adapter in ADAPTERS]

    langgraph, *others = [[*rows_of(page, "what happens")] for page in pages]

    # Only a checkpointer has threads that can be deleted one by one.
    shared = [row for row in langgraph if row != "the thread is deleted"]
    assert len(shared) > 5
    assert others == [shared, shared]

"""Every status of the SDK has one entry, and everything else is made of it."""

import re
from pathlib import Path
from typing import get_args

import pytest
from google.genai import interactions

import interactions_core
from interactions_core.doctor.sdk_statuses import sdk_statuses
from interactions_core.protocol.statuses import (
    EVENTS,
    STATUSES,
    goes_on,
    is_hop,
    status_of,
)
from interactions_core.records.jobs.job import ENDED, INTENT, LOST, RUNNING, UNFINISHED
from interactions_core.stores.sql.jobs import job_rows

PACKAGES = Path(interactions_core.__file__).parents[3]


def test_the_statuses_of_the_sdk_are_those_of_its_types() -> None:
    annotation = interactions.Interaction.model_fields["status"].annotation
    typed = {name for choice in get_args(annotation) for name in get_args(choice)}
    assert sdk_statuses() == typed


def test_every_status_of_the_sdk_has_an_entry() -> None:
    """Ours: a status that a newer SDK knows must be given a meaning in the table."""
    assert sdk_statuses()
    assert sdk_statuses() - STATUSES.keys() == set()


def test_parents_are_what_is_answered_with_and_over() -> None:
    parents = {word for word, status in STATUSES.items() if status.is_parent}

    assert parents == {word for word, s in STATUSES.items() if s.error is None}
    assert all(STATUSES[word].ends_run for word in parents)
    assert all(STATUSES[word].finish in {"stop", "length"} for word in parents)


@pytest.mark.parametrize("word", sorted(STATUSES))
def test_a_run_goes_on_or_is_over_for_the_loop_the_ledger_and_the_databases(
    word: str,
) -> None:
    running = goes_on(word)

    assert (word in RUNNING, word in ENDED) == (running, not running)
    assert (f"'{word}'" in job_rows.NOTE) == (word in UNFINISHED) == running
    assert f"'{word}'" in job_rows.UPDATE


def test_words_of_the_ledger_are_no_statuses_of_the_api() -> None:
    assert not {INTENT, LOST, "submitted", "gone"} & STATUSES.keys()


@pytest.mark.parametrize("word", ["dancing", "", None])
def test_an_unknown_status_goes_on_while_it_is_looked_at_and_is_an_error_else(
    word: str | None,
) -> None:
    status = status_of(word)

    assert goes_on(word)
    assert status.error is not None
    assert not status.is_parent
    assert not is_hop(word)


def test_webhooks_announce_statuses_that_end_a_run() -> None:
    assert {STATUSES[word].ends_run for word in EVENTS.values()} == {True}


def test_no_other_module_decides_by_a_statuss_word() -> None:
    """Ours: what is written as a status may stand anywhere, comparisons may not."""
    words = "|".join(STATUSES)
    compared = re.compile(rf"""(==|!=|\bin\b|\{{|\()\s*["']({words})["']|'({words})'""")
    sources = [
        path
        for name in ("core", "langgraph", "autogen", "crewai")
        for path in sorted((PACKAGES / name / "src").rglob("*.py"))
        if path.name != "statuses.py"
    ]

    found = {
        f"{path.name}: {line.strip()}"
        for path in sources
        for line in path.read_text().splitlines()
        if compared.search(line) and "how ==" not in line
    }

    assert len(sources) > 50
    assert found == set()

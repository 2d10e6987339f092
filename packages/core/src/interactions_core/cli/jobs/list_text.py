"""What `interactions jobs list` prints: a table, and what to do. Pure."""

import textwrap
from collections.abc import Sequence

from interactions_core.cli.printing.job_words import (
    ToldJob,
    deadline_text,
    key_text,
    owner_text,
    status_style,
    status_text,
    sum_text,
    target_text,
    thread_text,
    took_text,
)
from interactions_core.cli.printing.output import shown_id, shown_minute
from interactions_core.cli.printing.table import Cell, Column, none_or, table_lines


def job_lines(
    found: Sequence[ToldJob],
    *,
    width: int,
    is_cut: bool,
    long: bool = False,
    local: bool = False,
) -> list[str]:
    """Return the lines of the table, the head first, and what to do; with colours.

    Args:
        found: The jobs, in the order in which they are told.
        width: How many columns there are.
        is_cut: Whether what does not fit is left out.
        long: Whether ids are written whole.
        local: Whether times are those of this machine.
    """
    columns = _columns(long=long, local=local)
    table = table_lines(columns, found, width=width, is_cut=is_cut)
    return [*table, "", *textwrap.wrap(sum_text(found), width)]


def first_columns(*, long: bool = False) -> list[Column[ToldJob]]:
    """Return the columns that say which job it is, and how that is."""
    return [
        Column(
            head="JOB",
            cell=lambda told: Cell(key_text(told.job, long=long), "bold"),
            is_text=True,
        ),
        Column(
            head="STATUS",
            cell=lambda told: Cell(status_text(told), status_style(told)),
            is_text=True,
        ),
        Column(
            head="THREAD",
            cell=lambda told: Cell(thread_text(told.job, long=long)),
            is_text=True,
            most=24,
        ),
    ]


def time_columns() -> list[Column[ToldJob]]:
    """Return the columns that say how long a job has taken, and may take yet."""
    return [
        Column(head="TOOK", cell=lambda told: none_or(took_text(told), "dim")),
        Column(head="DEADLINE", cell=lambda told: none_or(deadline_text(told), "dim")),
    ]


def _columns(*, long: bool, local: bool) -> list[Column[ToldJob]]:
    return [
        *first_columns(long=long),
        *_extra_columns(long=long),
        Column(
            head="ASKED",
            cell=lambda told: Cell(
                shown_minute(told.job.created_at, local=local), "dim"
            ),
            is_text=True,
        ),
        *time_columns(),
        Column(
            head="OWNER",
            cell=lambda told: none_or(owner_text(told), "dim"),
            is_extra=True,
        ),
    ]


def _extra_columns(*, long: bool) -> list[Column[ToldJob]]:
    return [
        Column(
            head="TENANT",
            cell=lambda told: none_or(told.job.scope.session_id),
            is_text=True,
            is_extra=True,
        ),
        Column(
            head="AGENT",
            cell=lambda told: Cell(target_text(told.job)),
            is_text=True,
            is_extra=True,
        ),
        Column(
            head="RUN",
            cell=lambda told: none_or(shown_id(told.job.interaction_id, long=long)),
            is_text=True,
            is_extra=True,
        ),
    ]

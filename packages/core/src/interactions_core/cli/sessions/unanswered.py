"""What is told of a conversation in which nothing was answered yet: its jobs."""

import time
from collections.abc import Iterator, Sequence

import click

from interactions_core.cli.printing.job_words import (
    ToldJob,
    key_text,
    next_text,
    status_style,
    status_text,
    told_jobs,
)
from interactions_core.cli.printing.names import jobs_hint
from interactions_core.cli.printing.output import shown, wrapped
from interactions_core.cli.printing.table import painted
from interactions_core.records.conversations import ConversationId
from interactions_core.stores import SessionStore


def jobs_of(store: SessionStore, told: ConversationId) -> list[ToldJob]:
    """Return the jobs of a conversation without an answer, the newest first."""
    found = store.list_jobs(thread_id=told.scope.thread_id or None)
    own = [
        job
        for job in found
        if job.scope == told.scope
        and (not told.root or told.root in {job.key, job.interaction_id})
    ]
    return told_jobs(store, own, time.time())


def unanswered_lines(
    told: ConversationId, jobs: Sequence[ToldJob], columns: int
) -> Iterator[str]:
    """Write that nothing was answered, which jobs there are, and what to do about each."""
    hint = f"nothing was answered in this thread yet; {jobs_hint(told)}"
    yield from wrapped(shown(hint), columns)
    for each in jobs:
        key = click.style(shown(key_text(each.job)), bold=True)
        yield f"  {key}  {painted(status_text(each), status_style(each))}"
        yield from (f"    {line}" for line in wrapped(shown(_next(each)), columns - 4))


def _next(told: ToldJob) -> str:
    return f"next: {next_text(told)}"

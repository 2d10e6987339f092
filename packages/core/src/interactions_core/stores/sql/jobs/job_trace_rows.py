"""The table of the traces in which jobs were begun, in SQL that databases share.

A part of its own: an older release beside this one does not know it, and goes on; a
store of such a release is read without it. What that release deletes leaves its rows,
which go with the next `clean_jobs`. A row is written with its job and never changed.
"""

from collections.abc import Sequence
from typing import Any, Final

from interactions_core.records.jobs import Job
from interactions_core.records.trace_contexts import TraceContext, trace_context
from interactions_core.stores.sql.cleaning import BATCH
from interactions_core.stores.sql.statements import in_dialects

PART: Final = "job_traces"
"""The name under which schema versions of this table are counted."""

MIGRATIONS: Final = (
    (
        in_dialects("""CREATE TABLE job_traces (
            job TEXT NOT NULL PRIMARY KEY,
            traceparent TEXT NOT NULL, tracestate TEXT NOT NULL
        ) {by_key}"""),
    ),
)

ADD: Final = "INSERT INTO job_traces (job, traceparent, tracestate) VALUES ($1, $2, $3)"

COLUMNS: Final = "traceparent, tracestate"

JOIN: Final = " LEFT JOIN job_traces ON job_traces.job = key"

DELETE: Final = "DELETE FROM job_traces WHERE job = $1"

DELETE_THREAD: Final = """DELETE FROM job_traces
WHERE job IN (SELECT key FROM jobs WHERE thread_id = $1)"""

LEFT_OVER: Final = f"""SELECT job FROM job_traces
WHERE NOT EXISTS (SELECT 1 FROM jobs WHERE key = job) LIMIT {BATCH}"""
"""Some of the jobs that an older release has deleted, without their trace."""


def without_traces(query: str) -> str:
    """Return a query of jobs as a store can answer it that has no such table."""
    return query.replace(JOIN, "").replace(COLUMNS, "NULL, NULL")


def trace_rows(job: Job) -> list[tuple[str, ...]]:
    """Return the values of `ADD` for a new job; none for one without a trace."""
    if job.trace is None:
        return []
    return [(job.key, job.trace.traceparent, job.trace.tracestate)]


# Databases hand out untyped rows.
def trace_from_row(row: Sequence[Any]) -> TraceContext | None:
    """Read `COLUMNS`; `None` where there was no row, or where none was looked for."""
    return trace_context(row[0], row[1]) if row and row[0] else None

"""The table of the traces in which jobs were begun, in SQL that databases share.

A row is written with its job and never changed.
"""

from collections.abc import Sequence
from typing import Any, Final

from interactions_core.records.jobs.job import Job
from interactions_core.records.trace_contexts import TraceContext, trace_context
from interactions_core.stores.sql.jobs.companions import Companion
from interactions_core.stores.sql.statements import in_dialects

TABLE: Final = Companion("job_traces", ("traceparent", "tracestate"))

MIGRATIONS: Final = (
    (
        in_dialects("""CREATE TABLE job_traces (
            job TEXT NOT NULL PRIMARY KEY,
            traceparent TEXT NOT NULL, tracestate TEXT NOT NULL
        ) {by_key}"""),
    ),
)

ADD: Final = "INSERT INTO job_traces (job, traceparent, tracestate) VALUES ($1, $2, $3)"


def trace_rows(job: Job) -> list[tuple[str, ...]]:
    """Return the values of `ADD` for a new job; none for one without a trace."""
    if job.trace is None:
        return []
    return [(job.key, job.trace.traceparent, job.trace.tracestate)]


# Databases hand out untyped rows.
def trace_from_row(row: Sequence[Any]) -> TraceContext | None:
    """Read the columns of `TABLE`; `None` where there is no row, or none was read."""
    return trace_context(row[0], row[1]) if row and row[0] else None

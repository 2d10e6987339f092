"""The table of what the last looks at runs came to, in SQL that databases share.

A part of its own: an older release beside this one does not know it, and goes on; a
store of such a release is read without it. What that release deletes leaves its rows,
which go with the next `clean_jobs`. A row is written by whoever holds the job, with
what it writes anyway.
"""

from collections.abc import Sequence
from dataclasses import astuple
from typing import Any, Final

from interactions_core.records.job_looks import Look
from interactions_core.records.jobs import Job
from interactions_core.stores.sql.cleaning import BATCH
from interactions_core.stores.sql.statements import in_dialects

PART: Final = "job_looks"
"""The name under which schema versions of this table are counted."""

MIGRATIONS: Final = (
    (
        in_dialects("""CREATE TABLE job_looks (
            job TEXT NOT NULL PRIMARY KEY,
            answered_at {real} NOT NULL, failing_since {real} NOT NULL,
            failure TEXT NOT NULL
        ) {by_key}"""),
    ),
)

# The types are written out: PostgreSQL takes what is selected for text.
KEEP: Final = """INSERT INTO job_looks (job, answered_at, failing_since, failure)
SELECT key, CAST($3 AS DOUBLE PRECISION), CAST($4 AS DOUBLE PRECISION), CAST($5 AS TEXT)
FROM jobs WHERE key = $1 AND owner = $2
ON CONFLICT (job) DO UPDATE SET answered_at = excluded.answered_at,
failing_since = excluded.failing_since, failure = excluded.failure"""

COLUMNS: Final = "answered_at, failing_since, failure"

JOIN: Final = " LEFT JOIN job_looks ON job_looks.job = key"

DELETE: Final = "DELETE FROM job_looks WHERE job = $1"

DELETE_THREAD: Final = """DELETE FROM job_looks
WHERE job IN (SELECT key FROM jobs WHERE thread_id = $1)"""

LEFT_OVER: Final = f"""SELECT job FROM job_looks
WHERE NOT EXISTS (SELECT 1 FROM jobs WHERE key = job) LIMIT {BATCH}"""
"""Some of the jobs that an older release has deleted, without their looks."""


def without_looks(query: str) -> str:
    """Return a query of jobs as a store can answer it that has no such table."""
    return query.replace(JOIN, "").replace(COLUMNS, "NULL, NULL, NULL")


def look_rows(key: str, owner: str, look: Look | None) -> list[tuple[object, ...]]:
    """Return the values of `KEEP`; none where nobody has looked."""
    return [] if look is None else [(key, owner, *astuple(look))]


def new_rows(job: Job) -> list[tuple[object, ...]]:
    """Return the values of `KEEP` for a new job; it is there already."""
    return look_rows(job.key, job.owner, job.look)


# Databases hand out untyped rows.
def look_from_row(row: Sequence[Any]) -> Look | None:
    """Read `COLUMNS`; `None` where there was no row, or where none was looked for."""
    return Look(*row) if row and row[0] is not None else None

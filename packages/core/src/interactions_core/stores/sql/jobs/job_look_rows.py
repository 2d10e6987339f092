"""The table of what the last looks at runs came to, in SQL that databases share.

A row is written by whoever holds the job, with what it writes anyway.
"""

from collections.abc import Sequence
from dataclasses import astuple
from typing import Any, Final

from interactions_core.records.jobs.job import Job
from interactions_core.records.jobs.job_looks import Look
from interactions_core.stores.sql.jobs.companions import Companion
from interactions_core.stores.sql.statements import in_dialects

TABLE: Final = Companion("job_looks", ("answered_at", "failing_since", "failure"))

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


def look_rows(key: str, owner: str, look: Look | None) -> list[tuple[object, ...]]:
    """Return the values of `KEEP`; none where nobody has looked."""
    return [] if look is None else [(key, owner, *astuple(look))]


def new_rows(job: Job) -> list[tuple[object, ...]]:
    """Return the values of `KEEP` for a new job; it is there already."""
    return look_rows(job.key, job.owner, job.look)


# Databases hand out untyped rows.
def look_from_row(row: Sequence[Any]) -> Look | None:
    """Read the columns of `TABLE`; `None` where there is no row, or none was read."""
    return Look(*row) if row and row[0] is not None else None

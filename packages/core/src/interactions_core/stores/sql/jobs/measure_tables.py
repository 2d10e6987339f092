"""The counts of jobs in a SQL database, for the stores that have one.

By an index of its own, which is a part without tables: an older release beside this
one does not know it, and a store that lacks it is slower and nothing else.
"""

from typing import Final

from interactions_core.records.jobs.measures import (
    AGES_S,
    JobCount,
    PoolUse,
    group_counts,
)
from interactions_core.stores.sql.database import SqlDatabase

PART: Final = "counts"
"""The name under which schema versions of this index are counted."""

MIGRATIONS: Final = (
    (
        # With the column of the condition: SQLite would read each row for it. The
        # sum is there for no other statement to be thought to need this index.
        """CREATE INDEX jobs_not_done ON jobs
        (status, handed_on_at, created_at, consumed_at) WHERE consumed_at + 0 = 0""",
    ),
)

_AGE = " ".join(
    f"WHEN created_at > $1 - {bound} THEN {at}" for at, bound in enumerate(AGES_S)
)

COUNT: Final = f"""SELECT status, CASE WHEN handed_on_at > 0 THEN 1 ELSE 0 END,
CASE {_AGE} ELSE {len(AGES_S)} END, COUNT(*), MIN(created_at)
FROM jobs WHERE consumed_at + 0 = 0 GROUP BY 1, 2, 3"""


class SqlMeasureMixin:
    """The measures of a store over its own `database`."""

    database: SqlDatabase

    def count_jobs(self, now: float) -> list[JobCount]:
        """Count the jobs that are not done with, by state and age."""
        bounds = (*AGES_S, float("inf"))
        with self.database.reading() as db:
            found = db.execute(COUNT, (now,)).fetchall()
        # Databases hand out untyped rows.
        rows: list[tuple[str, int, int, int, float]] = found
        return group_counts(
            [
                (status, bool(handed_on), bounds[at], number, max(0.0, now - oldest))
                for status, handed_on, at, number, oldest in rows
            ]
        )

    def pool_use(self) -> PoolUse:
        """Say that there is no server."""
        return PoolUse()

"""Tables that have a row for a job beside the job's own, in SQL that databases share.

Each is a part of its own: an older release beside this one does not know it, and goes
on; a store of such a release is read without it. What that release deletes leaves its
rows, which go with the next `clean_jobs`.
"""

from typing import NamedTuple

from interactions_core.stores.sql.cleaning import BATCH


class Companion(NamedTuple):
    """A table whose column `job` names the job of a row; names are constants here.

    Attributes:
        table: Its name, which is that of its part too.
        columns: What is read of it together with the job.
    """

    table: str
    columns: tuple[str, ...]

    @property
    def shown(self) -> str:
        """Return what a query of jobs selects of it."""
        return ", ".join(self.columns)

    @property
    def join(self) -> str:
        """Return what a query of jobs reads beside `jobs`."""
        return f" LEFT JOIN {self.table} ON {self.table}.job = key"

    @property
    def delete(self) -> str:
        """Return what deletes the row of a job, by its key."""
        return f"DELETE FROM {self.table} WHERE job = $1"

    @property
    def delete_thread(self) -> str:
        """Return what deletes the rows of a thread, while its jobs are there."""
        return f"""DELETE FROM {self.table}
WHERE job IN (SELECT key FROM jobs WHERE thread_id = $1)"""

    @property
    def left_over(self) -> str:
        """Return what finds some of the jobs that an older release has deleted."""
        return f"""SELECT job FROM {self.table}
WHERE NOT EXISTS (SELECT 1 FROM jobs WHERE key = job) LIMIT {BATCH}"""

    def without(self, query: str) -> str:
        """Return a query of jobs as a store can answer it that has no such table."""
        nothing = ", ".join("NULL" for _ in self.columns)
        return query.replace(self.join, "").replace(self.shown, nothing)

"""The ledger of jobs in a SQL database, for the stores that have one."""

from collections.abc import Collection, Sequence
from typing import Final

from interactions_core.records.interactions import Scope
from interactions_core.records.jobs.job import Job
from interactions_core.records.jobs.job_events import JobEvent, events_between
from interactions_core.records.jobs.job_looks import Look
from interactions_core.records.mirror import Mirror
from interactions_core.records.names import check_names
from interactions_core.records.turn import GraphPosition
from interactions_core.stores.sql.cleaning import delete_all, delete_some
from interactions_core.stores.sql.database import SqlConnection
from interactions_core.stores.sql.deletion.deletion_tables import SqlDeletionMixin
from interactions_core.stores.sql.jobs import (
    job_event_rows,
    job_look_rows,
    job_rows,
    job_trace_rows,
    question_rows,
)
from interactions_core.stores.sql.schema.contracts import has_table
from interactions_core.stores.sql.statements import given_names, placeholders

_BATCH: Final = 500
"""Keys per query; SQLite allows 999 parameters in its oldest builds."""

_COMPANIONS: Final = (job_trace_rows.TABLE, job_look_rows.TABLE)


class SqlJobMixin(SqlDeletionMixin):
    """The job methods of a store over its own `database`."""

    mirror: Mirror

    def add_job(self, job: Job, *, began: bytes | None = None) -> bool:
        """Keep a new job, and forget those whose time is over."""
        thread = job.scope.thread_id
        with self.database.writing(job.key, shared=(thread,)) as db:
            delete_some(db, job_rows.OVER, job.created_at)
            if began is not None and self.note_late(job.scope, "", began):
                return False
            events = events_between(None, job, job.created_at)
            for row in job_event_rows.event_rows(job.key, events):
                db.execute_later(job_event_rows.ADD, row)
            for row in job_trace_rows.trace_rows(job):
                db.execute_later(job_trace_rows.ADD, row)
            db.execute(job_rows.ADD, job_rows.job_row(job, self.mirror))
            for row in job_look_rows.new_rows(job):
                db.execute(job_look_rows.KEEP, row)
            _keep_question(db, job)
        return True

    def get_job(self, key: str) -> Job | None:
        """Return one job."""
        with self.database.reading() as db:
            query = self._answerable(db, job_rows.GET)
            row = db.execute(query, (key,)).fetchone()
        return job_rows.job_from_row(row) if row else None

    def find_jobs(
        self, scope: Scope, call_digest: bytes, place: GraphPosition | None = None
    ) -> list[Job]:
        """Return the jobs of a call, and of a task, that were not consumed."""
        values = (scope.credential, scope.session_id, scope.thread_id)
        query, wanted = job_rows.FIND, (call_digest.hex(),)
        if place is not None:
            query = job_rows.FIND_NEAR
            wanted = (*wanted, question_rows.task_text(place))
        with self.database.reading() as db:
            found = db.execute(
                self._answerable(db, query), (*values, *wanted)
            ).fetchall()
        return [job_rows.job_from_row(row) for row in found]

    def list_jobs(
        self,
        *,
        thread_id: str | None = None,
        interaction_id: str | None = None,
        statuses: Collection[str] = (),
        waiting: bool = False,
    ) -> list[Job]:
        """Return jobs, oldest first, without their content."""
        check_names(thread_id=thread_id)
        given = given_names(thread_id=thread_id, interaction_id=interaction_id)
        # Names and placeholders are put together here; every value is bound.
        clauses = [f"{name} = ${at}" for at, name in enumerate(given, 1)]
        if statuses:
            clauses.append(
                f"status IN ({placeholders(len(statuses), after=len(given))})"
            )
        if waiting:
            clauses.append(job_rows.WAITING)
        where = f" WHERE {' AND '.join(clauses)}" if clauses else ""
        query = f"{job_rows.LIST_TRACED}{where} ORDER BY created_at, key"
        with self.database.reading() as db:
            query = self._answerable(db, query)
            found = db.execute(query, (*given.values(), *statuses)).fetchall()
        return [job_rows.job_from_row(row) for row in found]

    def take_job(self, seen: Job, owner: str, *, now: float, until: float) -> bool:
        """Take the lease of a job, if it is as it was seen."""
        values = (owner, until, now, seen.key, seen.owner, seen.lease_until)
        with self.database.writing(seen.key) as db:
            db.execute_later(job_rows.NOTE_TAKEN, values)
            return db.execute(job_rows.TAKE, values).rowcount > 0

    def renew_job(
        self,
        key: str,
        owner: str,
        *,
        now: float,
        until: float,
        look: Look | None = None,
    ) -> bool:
        """Hold a job for longer, or no longer."""
        values = (until, key, owner)
        with self.database.writing(key) as db:
            db.execute_later(job_rows.NOTE_RENEWED, (*values, now))
            _keep_look(db, key, owner, look)
            return db.execute(job_rows.RENEW, values).rowcount > 0

    def update_job(self, job: Job) -> bool:
        """Write a job down as it is, if `job.owner` still holds it."""
        row = job_rows.update_row(job, self.mirror)
        with self.database.writing(job.key) as db:
            db.execute_later(job_rows.NOTE_UPDATED, job_rows.updated_row(job))
            _keep_look(db, job.key, job.owner, job.look)
            return db.execute(job_rows.UPDATE, row).rowcount > 0

    def move_job(self, job: Job) -> bool:
        """Give a job to the call that it names, if `job.owner` still holds it."""
        with self.database.writing(job.key) as db:
            moved = db.execute(job_rows.MOVE, job_rows.move_row(job)).rowcount > 0
            if moved:
                _keep_question(db, job)
            return moved

    def note_status(self, job: Job, status: str, *, now: float) -> bool:
        """Note what the server says of a run, whoever waits for it."""
        values = (status, job.interaction_id, now, job.key)
        with self.database.writing(job.key) as db:
            db.execute_later(job_rows.NOTE_TOLD, values)
            return db.execute(job_rows.NOTE, values).rowcount > 0

    def job_events(self, key: str) -> list[JobEvent]:
        """Return the history of a job, oldest first."""
        return self.list_job_events([key]).get(key, [])

    def list_job_events(self, keys: Sequence[str]) -> dict[str, list[JobEvent]]:
        """Return the histories of jobs; those without any are left out."""
        rows: list[Sequence[object]] = []
        with self.database.reading() as db:
            if not has_table(db, "job_events"):
                return {}
            for start in range(0, len(keys), _BATCH):
                batch = keys[start : start + _BATCH]
                # Only placeholders are put together here; every value is bound.
                query = job_event_rows.LIST.format(placeholders(len(batch)))
                rows += db.execute(query, batch).fetchall()
        return job_event_rows.events_from_rows(rows)

    def clean_jobs(self, now: float) -> int:
        """Forget jobs whose time is over."""
        delete_all(self.database, question_rows.LEFT_OVER, now)
        number = delete_all(self.database, job_rows.OVER, now)
        self._clean_after(job_event_rows.LEFT_OVER, job_event_rows.DELETE)
        for each in _COMPANIONS:
            self._clean_after(each.left_over, each.delete)
        return number

    def _clean_after(self, left_over: str, delete: str) -> None:
        """Forget what is kept beside jobs that are gone."""
        while True:
            # Nobody waits for the search, which looks at all of them.
            with self.database.reading() as db:
                keys = db.execute(left_over).fetchall()
            if not keys:
                return
            with self.database.writing() as db:
                db.executemany(delete, keys)

    def delete_job(self, key: str) -> bool:
        """Forget one job."""
        with self.database.writing(key) as db:
            db.execute(question_rows.DELETE, (key,))
            db.execute_later(job_event_rows.DELETE, (key,))
            for each in _COMPANIONS:
                db.execute_later(each.delete, (key,))
            return db.execute(job_rows.DELETE, (key,)).rowcount > 0

    def _delete_jobs(self, db: SqlConnection, thread_id: str) -> None:
        """Forget the jobs of a thread, in a transaction that is going on."""
        db.execute(question_rows.DELETE_THREAD, (thread_id,))
        db.execute(job_event_rows.DELETE_THREAD, (thread_id,))
        for each in _COMPANIONS:
            db.execute_later(each.delete_thread, (thread_id,))
        db.execute(job_rows.DELETE_THREAD, (thread_id,))

    def _answerable(self, db: SqlConnection, query: str) -> str:
        """Return a query of jobs as this store can answer it.

        Only one that is read as an older release has left it lacks their traces, or
        what the looks at them came to.
        """
        if not self.database.read_only:
            return query
        for each in _COMPANIONS:
            if not has_table(db, each.table):
                query = each.without(query)
        return query


def _keep_question(db: SqlConnection, job: Job) -> None:
    for row in question_rows.question_rows(job):
        db.execute(question_rows.KEEP, row)


def _keep_look(db: SqlConnection, key: str, owner: str, look: Look | None) -> None:
    for row in job_look_rows.look_rows(key, owner, look):
        db.execute_later(job_look_rows.KEEP, row)

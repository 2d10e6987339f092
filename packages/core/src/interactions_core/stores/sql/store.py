"""A session store in the tables of a database, whichever it is."""

import math
import secrets
import weakref
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from interactions_core.process.failpoints import DeletionFailPoint, hit
from interactions_core.protocol.retention import Birth, expire
from interactions_core.records.interactions import (
    InteractionRecord,
    LedgerEntry,
    Scope,
    StoredInteraction,
)
from interactions_core.records.jobs.job import Job
from interactions_core.records.labels import Label
from interactions_core.records.mirror import Mirror, apply_mirror
from interactions_core.records.names import check_names
from interactions_core.records.outlines import Sketch
from interactions_core.stores.sql import rows
from interactions_core.stores.sql.broken_rows import row_of
from interactions_core.stores.sql.database import SqlConnection, SqlDatabase
from interactions_core.stores.sql.inspection.inspection_tables import SqlInspectionMixin
from interactions_core.stores.sql.interactions import (
    held_rows,
    label_rows,
    ledger_rows,
    outline_rows,
    record_rows,
    setup_rows,
)
from interactions_core.stores.sql.interactions.marks import (
    Marks,
    write_last,
    write_marks,
)
from interactions_core.stores.sql.interactions.outline_tables import SqlOutlineMixin
from interactions_core.stores.sql.interactions.setup_tables import SqlSetupMixin
from interactions_core.stores.sql.jobs.measure_tables import SqlMeasureMixin
from interactions_core.stores.sql.learned.form_tables import SqlFormMixin
from interactions_core.stores.sql.learned.retention_tables import SqlRetentionMixin
from interactions_core.stores.sql.parts import PARTS
from interactions_core.stores.sql.search.name_tables import SqlNameMixin
from interactions_core.stores.sql.search.text_search import SqlSearchMixin
from interactions_core.stores.sql.spending import charge_rows
from interactions_core.stores.sql.spending.budget_tables import SqlBudgetMixin
from interactions_core.stores.sql.spending.charge_tables import (
    SqlChargeMixin,
    insert_entry,
    looking,
)
from interactions_core.stores.sql.statements import given_names, placeholders
from interactions_core.stores.sql.turn_openings import SqlOpeningMixin
from interactions_core.usage import Usage

_BATCH: Final = 500
"""Digests per query; SQLite allows 999 parameters in its oldest builds."""


class SqlStore(
    SqlOpeningMixin,
    SqlFormMixin,
    SqlRetentionMixin,
    SqlOutlineMixin,
    SqlSetupMixin,
    SqlChargeMixin,
    SqlMeasureMixin,
    SqlNameMixin,
    SqlSearchMixin,
    SqlBudgetMixin,
    SqlInspectionMixin,
):
    """Keeps sessions in a database; its subclasses say which one.

    Args:
        database: What holds the tables; closing the store closes it.
        url: How to open the store again, without any password.
        mirror: How much of the content is kept.
    """

    blocking = True
    threads = 4
    longest_name: int | None = None
    """How many bytes the name of a session or thread may have."""

    def __init__(self, database: SqlDatabase, url: str, *, mirror: Mirror) -> None:
        super().__init__()
        self.url = url
        self.mirror: Mirror = mirror
        self.database = database
        self.database.install_all(PARTS)
        self._marks = Marks()
        self._last: weakref.finalize[..., SqlStore] | None = None

    def __repr__(self) -> str:
        # A URL that cannot be read leaves a store without one.
        return f"{type(self).__name__}({getattr(self, 'url', '…')!r})"

    def check_contracts(self) -> None:
        """Refuse to go on where a newer release has changed the tables too far."""
        with self.database.reading():
            pass

    def secret(self) -> bytes:
        """Return the bytes that the store was born with."""
        with self.database.reading() as db:
            found = self._birth_bytes(db)
        if found is not None:
            return found
        with self.database.writing() as db:
            db.execute(rows.INSERT_BYTES, (secrets.token_bytes(32),))
            return bytes(db.execute(rows.SELECT_BIRTH_BYTES).fetchone()[0])

    def _birth_bytes(self, db: SqlConnection) -> bytes | None:
        row = db.execute(rows.SELECT_BIRTH_BYTES).fetchone()
        return None if row is None else bytes(row[0])

    def find(
        self, scope: Scope, request_digests: Sequence[bytes]
    ) -> dict[bytes, list[InteractionRecord]]:
        """Return the records of these requests."""
        found: dict[bytes, list[InteractionRecord]] = {}
        with self.database.reading() as db:
            for start in range(0, len(request_digests), _BATCH):
                batch = request_digests[start : start + _BATCH]
                marks = placeholders(len(batch), after=3)
                where = f"request_digest IN ({marks})"
                for record in _select(db, scope, where, batch):
                    found.setdefault(record.request_digest, []).append(record)
        return found

    def get(self, scope: Scope, key: str) -> InteractionRecord | None:
        """Return one record."""
        with self.database.reading() as db, row_of(self.url, key):
            return next(iter(_select(db, scope, "key = $4", (key,))), None)

    def put(
        self,
        record: InteractionRecord,
        entry: LedgerEntry | None = None,
        *,
        began: bytes | None = None,
        sketch: Sketch | None = None,
        job: Job | None = None,
        label: Label | None = None,
    ) -> bool:
        """Keep a record, its ledger entry, outline and job in one transaction."""
        setup = self._write_setup(sketch)
        if setup:
            record = replace(record, setup_marks=tuple(each.mark for each in setup))
        row = record_rows.record_row(apply_mirror(record, self.mirror))
        scope, created_at = record.scope, record.created_at
        name = record.key if record.stored else ""
        # Puts need not wait for each other: each is one row, one of the ledger, and
        # those that this process has handed on since.
        names = (record.key,) if job is None else (record.key, job.key)
        with (
            self._marks.riding() as marks,
            self.database.writing(*names, shared=(scope.thread_id,)) as db,
        ):
            late = began is not None and self.note_late(
                replace(scope, credential=record.keyed_by),
                name,
                began,
                created_at=created_at,
            )
            if not late and (job is None or not _is_recorded(db, record)):
                db.execute_later(record_rows.UPSERT, row)
                if entry is not None:
                    insert_entry(db, scope, entry)
                if label:
                    row = label_rows.label_row(record, label)
                    db.execute_later(label_rows.KEEP, row)
                self._keep_setup(db, record, setup)
                if sketch is not None:
                    self._keep_outline(db, record, sketch)
            if not late and job is not None:
                self.update_job(job)
            write_marks(db, marks)
        return not late

    def mark_handed_on(self, scope: Scope, key: str) -> None:
        """Note that a framework has an answer; the next `put` writes it."""
        self._marks.add((*rows.scope_row(scope), key))
        if self._last is None:
            # When the store is dropped, or at the end of the process. Finalizers run
            # backwards: one that is made after a pool runs before the pool's own.
            self._last = weakref.finalize(self, write_last, self.database, self._marks)

    def take_owed(self, seen: InteractionRecord, owed: int, holder: str) -> bool:
        """Change to whom an answer is owed, if that is as it was seen."""
        where = (*rows.scope_row(seen.scope), seen.key)
        values = (*where, owed, holder, seen.owed, seen.holder)
        with self.database.writing(seen.key) as db:
            return db.execute(record_rows.TAKE_OWED, values).rowcount > 0

    def mark_gone(self, scope: Scope, key: str) -> int:
        """Rule out an interaction and its descendants as parents."""
        if not key:
            return 0
        where = (*rows.scope_row(scope), key)
        with self.database.writing(scope.thread_id) as db:
            return db.execute(record_rows.MARK_GONE, where).rowcount

    def usage(
        self, *, session_id: str | None = None, thread_id: str | None = None
    ) -> Usage:
        """Add up the ledger."""
        check_names(session_id=session_id, thread_id=thread_id)
        given = given_names(session_id=session_id, thread_id=thread_id)
        with looking(self.database, given) as db:
            query = ledger_rows.sum_ledger(*given)
            sums = db.execute(query, (*given.values(),)).fetchone()
        return Usage(*(int(value or 0) for value in sums))

    def copy_thread(self, source: str, target: str) -> int:
        """Copy the rows of a thread, but for its ledger."""
        check_names(self.longest_name, source=source, target=target)
        with self.database.writing(source, target) as db:
            db.execute(outline_rows.COPY_THREAD, (target, source))
            db.execute(label_rows.COPY_THREAD, (target, source))
            db.execute(setup_rows.COPY_THREAD, (target, source))
            return db.execute(record_rows.COPY_THREAD, (target, source)).rowcount

    def held_by(self, thread_id: str) -> list[StoredInteraction]:
        """Return what the server keeps of a thread, in one snapshot."""
        check_names(thread_id=thread_id)
        with self.database.reading() as db:
            found = db.execute(held_rows.HELD_BY, (thread_id,)).fetchall()
        return [held_rows.held_from_row(row) for row in found]

    def delete_thread(
        self, thread_id: str, *, remote: bool = False, checkpoints: bool = False
    ) -> int:
        """Erase every row of a thread, in all scopes.

        `checkpoints` says that those of a saver go with them, in the same transaction.
        """
        check_names(thread_id=thread_id)
        # A secret that is made now must not be made within the transaction.
        self.secret()
        with self.database.writing(thread_id) as db:
            erasures = self.plan_erasures(thread_id)[0] if remote else []
            db.execute("DELETE FROM ledger WHERE thread_id = $1", (thread_id,))
            db.execute(outline_rows.DELETE_THREAD, (thread_id,))
            db.execute(label_rows.DELETE_THREAD, (thread_id,))
            db.execute(setup_rows.DELETE_THREAD, (thread_id,))
            self._delete_words(db, thread_id)
            db.execute(charge_rows.DELETE_THREAD, (thread_id,))
            db.execute(charge_rows.DELETE_UNANSWERED, (thread_id,))
            self._delete_jobs(db, thread_id)
            deleted = db.execute(
                "DELETE FROM interactions WHERE thread_id = $1", (thread_id,)
            ).rowcount
            self._bury(db, thread_id, erasures, checkpoints=checkpoints)
            hit(DeletionFailPoint.LISTED)
        self.database.erase_log()
        return deleted

    def close(self) -> None:
        """Close the database; the next use opens it again."""
        write_last(self.database, self._marks)
        self._outline_key = b""
        self.database.close()


def _is_recorded(db: SqlConnection, record: InteractionRecord) -> bool:
    name = (*rows.scope_row(record.scope), record.key)
    return db.execute(record_rows.FIND_RECORD, name).fetchone() is not None


def _select(
    db: SqlConnection, scope: Scope, where: str, values: Sequence[object]
) -> list[InteractionRecord]:
    # Only placeholders are put together here; every value is bound.
    where = f"{rows.SCOPE} AND {where}"
    values = (*rows.scope_row(scope), *values)
    query = f"{record_rows.SELECT} WHERE {where} ORDER BY created_at"
    found = db.execute(query, values).fetchall()
    records = [record_rows.record_from_row(row) for row in found]
    seconds = record_rows.learned_from_row(found[0]) if found else None
    if seconds is None:
        return records
    query = record_rows.FIND_BIRTHS.format(where=where)
    lines = db.execute(query, values).fetchall()
    limits = expire({key: Birth(*birth) for key, *birth in lines}, seconds)
    # In a file, another process may have deleted one between the two queries.
    return [
        replace(each, learned_expires_at=limits.get(each.key, math.inf))
        for each in records
    ]

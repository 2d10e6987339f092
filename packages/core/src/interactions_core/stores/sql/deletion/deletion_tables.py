"""Deleted threads and erasures in a SQL database, for the stores that have one."""

import logging
import secrets
import time
from abc import abstractmethod
from collections.abc import Sequence
from typing import Final

from interactions_core.exceptions import StoreError
from interactions_core.logs import log_fields, shown_error
from interactions_core.records.erased import DeletedThread, ErasedLine
from interactions_core.records.erasures import LATE_S, Erasure, plan_erasures
from interactions_core.records.interactions import Scope, StoredInteraction
from interactions_core.records.jobs.job import UNFINISHED
from interactions_core.stores.sql.cleaning import delete_some
from interactions_core.stores.sql.database import SqlConnection, SqlDatabase
from interactions_core.stores.sql.deletion import deletion_rows
from interactions_core.stores.sql.deletion.erased_log import note_deletion, store_name
from interactions_core.stores.sql.rows import SELECT_BIRTH_BYTES

logger: Final = logging.getLogger("interactions_core")


class SqlDeletionMixin:
    """The methods about deletions of a store over its own `database`."""

    database: SqlDatabase

    @abstractmethod
    def secret(self) -> bytes:
        """Return the bytes that the store was born with."""

    @abstractmethod
    def held_by(self, thread_id: str) -> list[StoredInteraction]:
        """Return what the server keeps of a thread."""

    def deletion_mark(self, thread_id: str) -> bytes:
        """Return what names the last deletion of a thread."""
        with self.database.reading() as db:
            return _mark(db, thread_id)

    def note_late(
        self,
        scope: Scope,
        interaction_id: str,
        began: bytes,
        *,
        is_running: bool = False,
        created_at: float = 0.0,
    ) -> bool:
        """List an interaction for erasure if its thread was deleted since `began`."""
        thread = scope.thread_id
        with self.database.writing(shared=(thread,)) as db:
            mark = _mark(db, thread)
            if not mark or mark == began:
                return False
            if interaction_id:
                found = Erasure(
                    scope.credential, interaction_id, is_running, created_at
                )
                db.execute(deletion_rows.LIST, deletion_rows.erasure_row(found))
                self._note_late_outside(found)
            return True

    def list_erasures(self) -> list[Erasure]:
        """Return what is to be deleted on the server, newest first."""
        with self.database.reading() as db:
            found = db.execute(deletion_rows.PENDING).fetchall()
        return [deletion_rows.erasure_from_row(row) for row in found]

    def add_erasures(self, erasures: Sequence[Erasure]) -> None:
        """List what is to be deleted on the server."""
        rows = [deletion_rows.erasure_row(each) for each in erasures]
        if rows:
            with self.database.writing() as db:
                db.executemany(deletion_rows.LIST, rows)

    def list_deletions(self) -> list[DeletedThread]:
        """Return what is remembered of deleted threads, oldest first."""
        with self.database.reading() as db:
            found = db.execute(deletion_rows.DELETED).fetchall()
        return [DeletedThread(bytes(row[0]), bytes(row[1]), row[2]) for row in found]

    def list_threads(self) -> list[str]:
        """Return the ids of all threads of which there are sessions, jobs or costs."""
        with self.database.reading() as db:
            found = db.execute(deletion_rows.THREADS).fetchall()
        return [row[0] for row in found]

    def drop_erasure(self, erasure: Erasure) -> bool:
        """Strike off what the server no longer has."""
        name = (erasure.credential, erasure.interaction_id)
        with self.database.writing(erasure.interaction_id) as db:
            return db.execute(deletion_rows.DROP, name).rowcount > 0

    def _runs_of(self, db: SqlConnection, thread_id: str) -> list[StoredInteraction]:
        found = db.execute(deletion_rows.RUNS, (thread_id,)).fetchall()
        return [
            StoredInteraction(
                Scope(*row[:3]),
                row[3],
                row[4],
                bool(row[5]),
                created_at=row[6],
                is_running=row[7] in UNFINISHED,
            )
            for row in found
        ]

    def _bury(
        self,
        db: SqlConnection,
        thread_id: str,
        erasures: Sequence[Erasure],
        *,
        checkpoints: bool,
    ) -> None:
        """Mark a thread as deleted, and list what the server has of it.

        Both are noted outside the database: nothing but a commit may come after it.
        """
        now, mark, secret = time.time(), secrets.token_bytes(8), self.secret()
        digest = deletion_rows.thread_digest(secret, thread_id)
        db.execute(deletion_rows.KEEP_MARK, (digest, mark, now))
        delete_some(db, deletion_rows.OLD_MARKS, now - LATE_S)
        if erasures:
            rows = [deletion_rows.erasure_row(each) for each in erasures]
            db.executemany(deletion_rows.LIST, rows)
        note_deletion(
            ErasedLine(
                store=store_name(secret),
                at=now,
                thread_id=thread_id,
                mark=mark,
                checkpoints=checkpoints,
                erasures=tuple(erasures),
            )
        )

    def _note_late_outside(self, erasure: Erasure) -> None:
        """Note outside what is listed here; the turn goes on if that fails."""
        line = ErasedLine(store_name(self.secret()), time.time(), erasures=(erasure,))
        try:
            note_deletion(line)
        except StoreError as error:
            # Only a restore would need it, and the answer still has to be handed on.
            logger.warning(
                "%s is listed here alone: %s",
                erasure.interaction_id,
                shown_error(error),
                extra=log_fields(
                    "erasure_here_alone", error=error, id=erasure.interaction_id
                ),
            )

    def plan_erasures(self, thread_id: str) -> tuple[list[Erasure], frozenset[str]]:
        """Say what goes with a thread on the server, and what others rest on."""
        with self.database.reading() as db:
            runs = self._runs_of(db, thread_id)
            return plan_erasures(self.held_by(thread_id), runs)


def _mark(db: SqlConnection, thread_id: str) -> bytes:
    secret = db.execute(SELECT_BIRTH_BYTES).fetchone()
    # A store without a secret has never deleted anything.
    if secret is None:
        return b""
    digest = deletion_rows.thread_digest(bytes(secret[0]), thread_id)
    row = db.execute(deletion_rows.MARK, (digest,)).fetchone()
    return bytes(row[0]) if row else b""

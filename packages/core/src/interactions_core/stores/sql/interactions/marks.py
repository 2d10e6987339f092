"""Answers that were handed on and are not marked so yet: the marks ride on other writes.

A mark of its own would double the writes of a turn. Until it is written the record
names this process as its holder, and nobody takes an answer from a process that lives.
"""

import contextlib
import logging
from collections.abc import Generator
from typing import Final

from interactions_core.exceptions import StoreError
from interactions_core.logs import log_fields, shown_error
from interactions_core.process.forking import Lock, PerProcess
from interactions_core.stores.sql.database import SqlConnection, SqlDatabase
from interactions_core.stores.sql.interactions import record_rows

logger: Final = logging.getLogger("interactions_core")

Mark = tuple[str, str, str, str]
"""Credential, session id, thread id and key of a record."""


class Marks:
    """What one store has still to mark; safe for threads, and empty in a forked child.

    The parent writes what it has handed on.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting = PerProcess[list[Mark]](list)

    def add(self, mark: Mark) -> None:
        """Remember a mark for the next write."""
        with self._lock:
            self._waiting.get().append(mark)

    @contextlib.contextmanager
    def riding(self) -> Generator[list[Mark]]:
        """Lend the marks to a transaction; what it leaves, or all if it fails, waits on."""
        with self._lock:
            waiting = self._waiting.get()
            taken = waiting.copy()
            waiting.clear()
        left = taken.copy()
        try:
            yield left
        except BaseException:
            left = taken
            raise
        finally:
            with self._lock:
                self._waiting.get().extend(left)


def write_marks(db: SqlConnection, marks: list[Mark]) -> None:
    """Write marks, and leave those whose record another transaction is changing.

    It may be deleting a whole thread, for which no answer of another one has to wait.
    """
    marks[:] = [mark for mark in marks if not _is_written(db, mark)]


def _is_written(db: SqlConnection, mark: Mark) -> bool:
    if db.execute(record_rows.HANDED_ON, mark).rowcount:
        return True
    # Nothing waits for a record that is gone.
    return db.execute(record_rows.FIND_RECORD, mark).fetchone() is None


def write_last(database: SqlDatabase, marks: Marks) -> None:
    """Write the marks for which no other write has come.

    A mark that is lost costs nothing but that its answer may be given once more.
    """
    try:
        with marks.riding() as waiting:
            if waiting:
                with database.writing() as db:
                    write_marks(db, waiting)
    # At the end of a process a pool may not start its threads any more.
    except (StoreError, RuntimeError) as error:
        logger.debug(
            "answers were not marked as handed on: %s",
            shown_error(error),
            extra=log_fields("not_marked", error=error),
        )

"""Change the rows of a part in batches, while others read and write them.

Each batch is a transaction of its own, in which it is kept how far that came, so that
whoever comes next goes on from there.
"""

import logging
import time
from collections.abc import Callable
from typing import Final, Protocol, TypeVar

from interactions_core.logs import log_fields
from interactions_core.stores.sql.database import SqlConnection
from interactions_core.stores.sql.schema.contracts import Part, keep_contract
from interactions_core.stores.sql.schema.migrating import COMMAND

logger: Final = logging.getLogger("interactions_core")

T = TypeVar("T")

OPENING_BATCHES: Final = 20
"""Batches that a process changes before its first use; the command does the rest."""

_LONGEST_PAUSE_S: Final = 0.1

_VERSION: Final = "SELECT version FROM schema_versions WHERE part = $1"
_REACH: Final = "UPDATE schema_versions SET version = $2 WHERE part = $1"
_POSITION: Final = """SELECT position, rows FROM schema_rewrites
WHERE part = $1 AND version = $2"""
_KEEP_POSITION: Final = """INSERT INTO schema_rewrites (part, version, position, rows)
VALUES ($1, $2, $3, $4)
ON CONFLICT (part) DO UPDATE
SET version = excluded.version, position = excluded.position, rows = excluded.rows"""
_FORGET: Final = "DELETE FROM schema_rewrites WHERE part = $1"


class Tell(Protocol):
    """Is told how far the rows of a part are changed."""

    def __call__(self, part: str, version: int, rows: int) -> object:
        """Take note of it.

        Args:
            part: Whose rows these are.
            version: The version that is being reached.
            rows: How many are done.
        """
        ...


def silent(part: str, version: int, rows: int) -> None:
    """Tell nobody."""


class InTransaction(Protocol):
    """Runs something in a transaction of a database, again where it was locked."""

    def __call__(self, work: Callable[[SqlConnection], T], /) -> T:
        """Return what it returns; all that it does is kept, or nothing."""
        ...


def begin_to_rewrite(run: InTransaction, part: Part, tell: Tell) -> None:
    """Change as many rows as a process may wait for that opens a store; say what is left."""
    if rewrite_rows(run, part, most=OPENING_BATCHES, tell=tell):
        return
    logger.info(
        "rows of %r are yet to be changed; `%s` does it",
        part.name,
        COMMAND,
        extra=log_fields("rows_unchanged"),
    )


def rewrite_rows(
    run: InTransaction, part: Part, *, most: int | None = None, tell: Tell = silent
) -> bool:
    """Change rows of a part, some at a time.

    Args:
        run: Runs each batch.
        part: Whose rows are to be changed next.
        most: After how many batches to leave the rest; `None` for no limit.
        tell: Is told after each batch.

    Returns:
        Whether there is nothing left to be changed for now.
    """
    taken = 0
    while most is None or taken < most:
        began = time.monotonic()
        done = run(lambda db: _change_some(db, part))
        if done is None:
            return True
        tell(part.name, *done)
        taken += 1
        # Those who wait for the lock of a file ask for it from time to time only.
        time.sleep(min(time.monotonic() - began, _LONGEST_PAUSE_S))
    return False


def _change_some(db: SqlConnection, part: Part) -> tuple[int, int] | None:
    """Change one batch.

    Returns:
        The version that is being reached, and how many rows are done; `None` if no
        rows are to be changed next, perhaps because somebody else has done it.
    """
    row = db.execute(_VERSION, (part.name,)).fetchone()
    version = int(row[0]) if row else 0
    rewrite = part.rewrite_at(version)
    if rewrite is None:
        return None
    kept = db.execute(_POSITION, (part.name, version)).fetchone()
    position, done = kept or ("", 0)
    last, number = db.execute(rewrite.bound, (position, rewrite.size)).fetchone()
    if last is None:
        db.execute(_FORGET, (part.name,))
        db.execute(_REACH, (part.name, version + 1))
        keep_contract(db, part, version + 1)
        return version + 1, done
    db.execute(rewrite.change, (position, last))
    db.execute(_KEEP_POSITION, (part.name, version, last, done + number))
    return version + 1, done + number

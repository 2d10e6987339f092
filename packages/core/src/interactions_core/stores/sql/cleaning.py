"""Delete what is out of date: few rows at a time, and none that others are changing.

Whoever cleans holds no lock that somebody else may need, and waits for nobody. What is
left over goes next time.
"""

import time
from typing import Final, NamedTuple

from interactions_core.stores.sql.database import SqlConnection, SqlDatabase
from interactions_core.stores.sql.statements import Statement, in_dialects

BATCH: Final = 200
"""Rows that one transaction deletes at most."""

_LONGEST_PAUSE_S: Final = 0.1


class OutOfDate(NamedTuple):
    """Rows of a table that nobody needs from a point in time on.

    Attributes:
        oldest: Locks some of those from before `$1` and returns their keys.
        delete: Deletes one by its key.
        also: Delete what belongs to one, by its key.
    """

    oldest: Statement
    delete: Statement
    also: tuple[Statement, ...] = ()


def out_of_date(
    table: str, *, key: str, time: str, also: tuple[Statement, ...] = ()
) -> OutOfDate:
    """Say which rows go.

    Args:
        table: Its name.
        key: The column that names a row.
        time: The column with the epoch seconds from which on nobody needs the row; it
            has an index.
        also: Deletes what belongs to a row, by its key.
    """
    # Names are constants of this package; every value is bound.
    return OutOfDate(
        in_dialects(
            f"SELECT {key} FROM {table} WHERE {time} < $1 "
            f"ORDER BY {time} LIMIT {BATCH} {{skip_locked}}"
        ),
        # By itself: a planner may run a query inside a DELETE more than once.
        f"DELETE FROM {table} WHERE {key} = $1",
        also,
    )


def delete_some(db: SqlConnection, what: OutOfDate, before: float) -> int:
    """Delete the oldest rows in a transaction that is going on.

    Args:
        db: The transaction.
        what: Which rows.
        before: Epoch seconds.

    Returns:
        How many: `BATCH`, or fewer if no more were free.
    """
    keys = db.execute(what.oldest, (before,)).fetchall()
    for delete in (*what.also, what.delete) if keys else ():
        db.executemany(delete, keys)
    return len(keys)


def delete_all(database: SqlDatabase, what: OutOfDate, before: float) -> int:
    """Delete all such rows, in as many transactions as that takes.

    Args:
        database: Where they are.
        what: Which rows.
        before: Epoch seconds.

    Returns:
        How many.
    """
    number = 0
    while True:
        began = time.monotonic()
        with database.writing() as db:
            deleted = delete_some(db, what, before)
        number += deleted
        if deleted < BATCH:
            return number
        # Those who wait for the lock of a file ask for it from time to time only.
        time.sleep(min(time.monotonic() - began, _LONGEST_PAUSE_S))

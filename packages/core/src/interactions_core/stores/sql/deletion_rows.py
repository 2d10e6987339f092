"""The tables of deleted threads and of erasures, in SQL that databases share.

A part of its own: an older release beside this one does not know it, and goes on.
"""

import hashlib
from collections.abc import Sequence
from typing import Any, Final

from interactions_core.records.erasures import Erasure

PART: Final = "deletions"
"""The name under which schema versions of these tables are counted."""

MIGRATIONS: Final = (
    (
        """CREATE TABLE deleted_threads (
            thread BLOB NOT NULL PRIMARY KEY,
            mark BLOB NOT NULL, deleted_at DOUBLE PRECISION NOT NULL
        ) WITHOUT ROWID""",
        "CREATE INDEX deleted_threads_by_time ON deleted_threads (deleted_at)",
        """CREATE TABLE erasures (
            credential TEXT NOT NULL, interaction_id TEXT NOT NULL,
            is_running INTEGER NOT NULL, created_at DOUBLE PRECISION NOT NULL,
            PRIMARY KEY (credential, interaction_id)
        ) WITHOUT ROWID""",
    ),
)

MARK: Final = "SELECT mark FROM deleted_threads WHERE thread = ?"

KEEP_MARK: Final = """INSERT INTO deleted_threads (thread, mark, deleted_at)
VALUES (?, ?, ?) ON CONFLICT (thread) DO UPDATE SET
mark = excluded.mark, deleted_at = excluded.deleted_at"""

FORGET_MARKS: Final = "DELETE FROM deleted_threads WHERE deleted_at < ?"

# What was seen running is cancelled, whoever noted it in another way.
LIST: Final = """INSERT INTO erasures
(credential, interaction_id, is_running, created_at) VALUES (?, ?, ?, ?)
ON CONFLICT (credential, interaction_id) DO UPDATE SET
is_running = excluded.is_running WHERE excluded.is_running > erasures.is_running"""

# Children first: a server may refuse to delete what is continued.
PENDING: Final = """SELECT credential, interaction_id, is_running, created_at
FROM erasures ORDER BY created_at DESC, interaction_id"""

DROP: Final = "DELETE FROM erasures WHERE credential = ? AND interaction_id = ?"

# The others are gone through once, not once for each row.
RUNS: Final = """WITH others (credential, key) AS (
    SELECT credential, key FROM interactions WHERE thread_id <> :thread
    UNION
    SELECT credential, parent_id FROM interactions WHERE thread_id <> :thread
)
SELECT credential, session_id, thread_id, interaction_id, '',
    (credential, interaction_id) IN (SELECT credential, key FROM others),
    created_at, status
FROM jobs WHERE thread_id = :thread AND interaction_id <> ''
ORDER BY created_at, key"""


def thread_digest(secret: bytes, thread_id: str) -> bytes:
    """Name a thread by a keyed hash: what remains of it says nothing of its id."""
    name = thread_id.encode("utf-8", "surrogatepass")
    return hashlib.blake2b(name, key=secret, digest_size=16, person=b"thread").digest()


def erasure_row(erasure: Erasure) -> tuple[object, ...]:
    """Return the row of an erasure."""
    return (
        erasure.credential,
        erasure.interaction_id,
        erasure.is_running,
        erasure.created_at,
    )


# Databases hand out untyped rows.
def erasure_from_row(row: Sequence[Any]) -> Erasure:
    """Read a row of `PENDING`."""
    return Erasure(row[0], row[1], bool(row[2]), row[3])

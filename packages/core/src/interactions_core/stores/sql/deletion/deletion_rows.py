"""The tables of deleted threads and of erasures, in SQL that databases share.

A part of its own: an older release beside this one does not know it, and goes on.
"""

import hashlib
from collections.abc import Sequence
from typing import Any, Final

from interactions_core.records.erasures import Erasure
from interactions_core.stores.sql.cleaning import out_of_date
from interactions_core.stores.sql.interactions.held_rows import is_shared
from interactions_core.stores.sql.statements import in_dialects

PART: Final = "deletions"
"""The name under which schema versions of these tables are counted."""

MIGRATIONS: Final = (
    (
        in_dialects("""CREATE TABLE deleted_threads (
            thread {bytes} NOT NULL PRIMARY KEY,
            mark {bytes} NOT NULL, deleted_at DOUBLE PRECISION NOT NULL
        ) {by_key}"""),
        "CREATE INDEX deleted_threads_by_time ON deleted_threads (deleted_at)",
        in_dialects("""CREATE TABLE erasures (
            credential TEXT NOT NULL, interaction_id TEXT NOT NULL,
            is_running {integer} NOT NULL, created_at DOUBLE PRECISION NOT NULL,
            PRIMARY KEY (credential, interaction_id)
        ) {by_key}"""),
    ),
)

MARK: Final = "SELECT mark FROM deleted_threads WHERE thread = $1"

DELETED: Final = """SELECT thread, mark, deleted_at FROM deleted_threads
ORDER BY deleted_at, thread"""

THREADS: Final = """SELECT thread_id FROM interactions UNION
SELECT thread_id FROM jobs UNION SELECT thread_id FROM ledger ORDER BY thread_id"""

KEEP_MARK: Final = """INSERT INTO deleted_threads (thread, mark, deleted_at)
VALUES ($1, $2, $3) ON CONFLICT (thread) DO UPDATE SET
mark = excluded.mark, deleted_at = excluded.deleted_at"""

OLD_MARKS: Final = out_of_date("deleted_threads", key="thread", time="deleted_at")

# What was seen running is cancelled, whoever noted it in another way.
LIST: Final = """INSERT INTO erasures
(credential, interaction_id, is_running, created_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (credential, interaction_id) DO UPDATE SET
is_running = excluded.is_running WHERE excluded.is_running > erasures.is_running"""

# Children first: a server may refuse to delete what is continued.
PENDING: Final = """SELECT credential, interaction_id, is_running, created_at
FROM erasures ORDER BY created_at DESC, interaction_id"""

DROP: Final = "DELETE FROM erasures WHERE credential = $1 AND interaction_id = $2"

RUNS: Final = f"""SELECT credential, session_id, thread_id, interaction_id, '',
    {is_shared("interaction_id")}, created_at, status
FROM jobs AS own WHERE thread_id = $1 AND interaction_id <> ''
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

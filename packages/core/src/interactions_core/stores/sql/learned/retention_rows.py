"""The tables of what teaches a retention, in SQL that databases share.

A part of its own: an older release beside this one does not know it, and goes on. The
learned figures themselves are in the sessions' table `retention`.
"""

from typing import Final

from interactions_core.stores.sql.statements import in_dialects

PART: Final = "losses"
"""The name under which schema versions of these tables are counted."""

MIGRATIONS: Final = (
    (
        in_dialects("""CREATE TABLE lost_chains (
            credential TEXT NOT NULL, root TEXT NOT NULL,
            seconds {real} NOT NULL, created_at {real} NOT NULL,
            seen_at {real} NOT NULL,
            PRIMARY KEY (credential, root)
        ) {by_key}"""),
        in_dialects("""CREATE TABLE retention_tries (
            credential TEXT NOT NULL PRIMARY KEY, tried_at {real} NOT NULL
        ) {by_key}"""),
        in_dialects("CREATE TABLE restores (restored_at {real} NOT NULL)"),
    ),
)

LEARNED: Final = "SELECT seconds FROM retention WHERE credential = $1"

KEEP_LOSS: Final = """INSERT INTO lost_chains
(credential, root, seconds, created_at, seen_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (credential, root) DO UPDATE SET
seconds = excluded.seconds, seen_at = excluded.seen_at"""

FORGET_LOSSES: Final = "DELETE FROM lost_chains WHERE credential = $1 AND seen_at <= $2"

LOSSES: Final = """SELECT root, seconds, created_at, seen_at FROM lost_chains
WHERE credential = $1"""

LAST_RESTORE: Final = "SELECT max(restored_at) FROM restores"

KEEP_RESTORE: Final = "INSERT INTO restores (restored_at) VALUES ($1)"

TAKE_TRY: Final = """INSERT INTO retention_tries (credential, tried_at)
VALUES ($1, $2) ON CONFLICT (credential) DO UPDATE SET tried_at = excluded.tried_at
WHERE retention_tries.tried_at <= $3"""

UNLEARN: Final = (
    "DELETE FROM lost_chains WHERE credential = coalesce($1, credential)",
    "DELETE FROM retention_tries WHERE credential = coalesce($1, credential)",
    "DELETE FROM retention WHERE credential = coalesce($1, credential)",
)
"""The last one counts."""

UPSERT_RETENTION: Final = """INSERT INTO retention (credential, seconds) VALUES ($1, $2)
ON CONFLICT (credential) DO UPDATE SET seconds = excluded.seconds
WHERE excluded.seconds < retention.seconds"""

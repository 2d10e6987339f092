"""The tables of who owns what, in SQL that databases share.

A part of its own: an older release beside this one does not know it, and goes on.
"""

from typing import Final

from interactions_core.stores.sql.statements import in_dialects, placeholders

PART: Final = "accounts"
"""The name under which schema versions of these tables are counted."""

MIGRATIONS: Final = (
    (
        in_dialects("""CREATE TABLE account_names (
            name TEXT NOT NULL PRIMARY KEY, owner TEXT NOT NULL
        ) {by_key}"""),
        "CREATE INDEX account_names_by_owner ON account_names (owner)",
        in_dialects("""CREATE TABLE account_events (
            number {row_number}, at DOUBLE PRECISION NOT NULL,
            actor TEXT NOT NULL, action TEXT NOT NULL,
            name TEXT NOT NULL, owner TEXT NOT NULL
        )"""),
        in_dialects("""CREATE TABLE account_anchors (
            owner TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (owner, name)
        ) {by_key}"""),
    ),
)

OWNER: Final = "SELECT owner FROM account_names WHERE name = $1"

NAMES: Final = "SELECT name FROM account_names WHERE owner = $1 ORDER BY name"

LINKS: Final = "SELECT name, owner FROM account_names ORDER BY name"

LINK: Final = """INSERT INTO account_names (name, owner) VALUES ($1, $2)
ON CONFLICT (name) DO UPDATE SET owner = excluded.owner"""

UNLINK: Final = "DELETE FROM account_names WHERE name = $1"

NOTE: Final = f"""INSERT INTO account_events (at, actor, action, name, owner)
VALUES ({placeholders(5)})"""

EVENTS: Final = """SELECT at, actor, action, name, owner FROM account_events
ORDER BY number"""

KEEP_ANCHOR: Final = """INSERT INTO account_anchors (owner, name) VALUES ($1, $2)
ON CONFLICT DO NOTHING"""

ANCHORS: Final = "SELECT name FROM account_anchors WHERE owner = $1 ORDER BY name"

HAS_ROWS: Final = """SELECT EXISTS (SELECT 1 FROM interactions WHERE credential = $1)
OR EXISTS (SELECT 1 FROM jobs WHERE credential = $1)"""

NEXT_OWNER: Final = "SELECT min(credential) FROM interactions WHERE credential > $1"

NEXT_JOBS_OWNER: Final = "SELECT min(credential) FROM jobs WHERE credential > $1"

OPEN_JOBS: Final = """SELECT count(*) FROM jobs
WHERE credential = $1 AND consumed_at = 0"""

INTERACTIONS: Final = """SELECT credential, count(*), max(created_at)
FROM interactions GROUP BY credential"""

JOBS: Final = """SELECT credential, count(*) FROM jobs
WHERE consumed_at = 0 GROUP BY credential"""

"""The table of labels, in SQL that databases share.

A part of its own: an older release beside this one does not know it, and goes on. What
that release records has no label, and what it deletes leaves one: the name of an agent
and of a thread, until this release deletes the thread.
"""

from typing import Final

from interactions_core.records.interactions import InteractionRecord
from interactions_core.records.labels import Label
from interactions_core.stores.sql.rows import scope_row
from interactions_core.stores.sql.statements import in_dialects, placeholders

PART: Final = "labels"
"""The name under which schema versions of this table are counted."""

MIGRATIONS: Final = (
    (
        in_dialects("""CREATE TABLE labels (
            credential TEXT NOT NULL, session_id TEXT NOT NULL, thread_id TEXT NOT NULL,
            key TEXT NOT NULL, framework TEXT NOT NULL, name TEXT NOT NULL,
            PRIMARY KEY (thread_id, credential, session_id, key)
        ) {by_key}"""),
    ),
)

_COLUMNS: Final = "credential, session_id, thread_id, key, framework, name"

KEEP: Final = f"""INSERT INTO labels ({_COLUMNS}) VALUES ({placeholders(6)})
ON CONFLICT DO NOTHING"""

COPY_THREAD: Final = (
    f"INSERT INTO labels ({_COLUMNS}) SELECT "  # constants above
    f"{_COLUMNS.replace('thread_id', '$1', 1)} FROM labels WHERE thread_id = $2 "
    "ON CONFLICT DO NOTHING"
)

DELETE_THREAD: Final = "DELETE FROM labels WHERE thread_id = $1"

THESE: Final = in_dialects("""SELECT key, framework, name FROM labels
WHERE credential = $2 AND session_id = $3 AND thread_id = $4
AND key IN (SELECT value FROM {texts})""")

ALL: Final = """SELECT key, framework, name FROM labels
WHERE credential = $1 AND session_id = $2 AND thread_id = $3"""
"""Those of a scope."""

# One look-up for each interaction, which no planner can turn into a join that compares
# all labels of a thread with all of its interactions.
NEWEST: Final = in_dialects("""SELECT framework, name FROM labels
WHERE credential = $1 AND session_id = $2 AND thread_id = $3 AND key = (
    SELECT i.key FROM interactions AS i
    WHERE i.credential = $1 AND i.session_id = $2 AND i.thread_id = $3 AND (
        SELECT count(*) FROM labels AS own
        WHERE own.credential = i.credential AND own.session_id = i.session_id
        AND own.thread_id = i.thread_id AND own.key = i.key
    ) > 0
    ORDER BY i.created_at DESC, i.key {by_bytes} DESC LIMIT 1
)""")
"""The newest of a thread; only what says anything has a row."""


def label_row(record: InteractionRecord, label: Label) -> tuple[str, ...]:
    """Return the values of `KEEP`."""
    return (*scope_row(record.scope), record.key, label.framework, label.name)

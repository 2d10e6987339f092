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


def _newest_key(credential: str, session_id: str, thread_id: str) -> str:
    """Write the key of the newest interaction of a thread that says who asks."""
    # One look-up for each interaction, which no planner can turn into a join that
    # compares all labels of a thread with all of its interactions.
    return f"""(
    SELECT i.key FROM interactions AS i WHERE i.credential = {credential}
    AND i.session_id = {session_id} AND i.thread_id = {thread_id} AND (
        SELECT count(*) FROM labels AS own
        WHERE own.credential = i.credential AND own.session_id = i.session_id
        AND own.thread_id = i.thread_id AND own.key = i.key
    ) > 0
    ORDER BY i.created_at DESC, i.key {{by_bytes}} DESC LIMIT 1
)"""


NEWEST: Final = in_dialects(f"""SELECT framework, name FROM labels
WHERE credential = $1 AND session_id = $2 AND thread_id = $3
AND key = {_newest_key("$1", "$2", "$3")}""")
"""The newest of a thread; only what says anything has a row."""

_GIVEN_KEY: Final = _newest_key(
    "given.credential", "given.session_id", "given.thread_id"
)
NEWEST_OF: Final = in_dialects(f"""SELECT labels.credential, labels.session_id,
labels.thread_id, labels.framework, labels.name FROM {{scopes}} CROSS JOIN labels
WHERE labels.credential = given.credential AND labels.session_id = given.session_id
AND labels.thread_id = given.thread_id AND labels.key = {_GIVEN_KEY}""")
"""The same of these threads, with whose they are."""

LOOSE: Final = in_dialects("""SELECT credential, session_id, thread_id, key, framework,
name FROM labels WHERE thread_id = '' AND key IN (SELECT value FROM {texts})""")
"""Those of these interactions that are in no thread, with whose they are."""


def label_row(record: InteractionRecord, label: Label) -> tuple[str, ...]:
    """Return the values of `KEEP`."""
    return (*scope_row(record.scope), record.key, label.framework, label.name)

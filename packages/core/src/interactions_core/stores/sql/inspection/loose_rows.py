"""What is read of interactions that are in no thread, around one of them.

By an index of its own, which is a part without tables: an older release beside this one
does not know it, and a store that lacks it is slower and nothing else.
"""

from typing import Final

from interactions_core.stores.sql.statements import Dialects

PART: Final = "resends"
"""The name under which schema versions of this index are counted."""

MIGRATIONS: Final = (
    (
        # What was sent again after an interaction, where no thread says so.
        """CREATE INDEX interactions_by_resent ON interactions
        (base_key, credential)
        WHERE thread_id = '' AND base_key <> parent_id""",
    ),
)

HAS_INDEX: Final = Dialects(
    sqlite="SELECT 1 FROM sqlite_master WHERE name = 'interactions_by_resent'",
    postgres="SELECT 1 WHERE to_regclass('interactions_by_resent') IS NOT NULL",
)
"""Whether there is one; without it `NEAR` would read all for each that it finds."""

# Computed, so that no index is taken for them: PostgreSQL without statistics expects one
# row of a whole scope, and would go through that again for each interaction it finds.
_OWN: Final = "o.session_id || '' = $2 AND o.thread_id || '' = ''"

NEAR: Final = f"""WITH RECURSIVE near (key, parent_id, base_key) AS (
    SELECT o.key, o.parent_id, o.base_key FROM interactions AS o
    WHERE o.credential = $1 AND {_OWN} AND o.key = $3
    UNION
    SELECT o.key, o.parent_id, o.base_key FROM near CROSS JOIN interactions AS o
    WHERE {_OWN} AND (
        (o.key = near.parent_id AND o.credential = $1)
        OR (o.key = near.base_key AND o.credential = $1)
        OR (o.parent_id = near.key AND o.credential = $1)
        OR (o.base_key = near.key AND o.credential = $1
            AND o.thread_id = '' AND o.base_key <> o.parent_id)
    )
)
SELECT o.credential, o.session_id, o.thread_id, o.key, o.created_at, o.reason,
    o.parent_id, o.base_key
FROM near CROSS JOIN interactions AS o
WHERE o.key = near.key AND o.credential = $1 AND {_OWN}"""
"""All that an interaction without a thread may be connected with by any of its names:
its conversation, and what only looks like a part of it; the columns of a `Node`."""

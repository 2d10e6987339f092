"""Indexes without which some look-ups would go through the whole store.

A part of its own: an older release beside this one does not know it, and goes on. It
makes no table, so that a store which lacks it is slower and nothing else.
"""

from typing import Final

PART: Final = "lookups"
"""The name under which schema versions of these indexes are counted."""

MIGRATIONS: Final = (
    (
        # What other threads rest on, and whether an interaction is anybody's.
        "CREATE INDEX interactions_by_key ON interactions (key, credential)",
        # With the thread: SQLite would else take a longer index that has all columns.
        """CREATE INDEX interactions_by_base ON interactions
        (parent_id, credential, thread_id)""",
        # Whether an owner has any; with more columns it would be taken for better ones.
        "CREATE INDEX jobs_by_owner ON jobs (credential)",
        # What a watcher looks for every few seconds.
        "CREATE INDEX jobs_by_status ON jobs (status)",
        """CREATE INDEX jobs_waiting ON jobs (interrupts)
        WHERE interrupts > 0 AND handed_on_at = 0 AND consumed_at = 0""",
    ),
)

"""Makes interactions beside those of the processes, with the packages of any release.

python -m tests.versions.filling SESSIONS ROWS
"""

import sys
from contextlib import closing
from typing import Final

from interactions_core import open_store
from interactions_core.records.interactions import InteractionRecord, ReplyForm, Scope
from interactions_core.stores.sql.store import SqlStore

_COLUMNS: Final = """request_digest, parent_id, base_key, context_digest, setup, target,
context, reason, status, stored, gone, created_at, expires_at, form, held, sent, extra"""

_COPY: Final = f"""WITH RECURSIVE n (i) AS (
    SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1
)
INSERT INTO interactions (credential, session_id, thread_id, key, {_COLUMNS})
SELECT credential, session_id, 'thread ' || (i / 20), 'v0_' || i, {_COLUMNS}
FROM n CROSS JOIN interactions WHERE key = 'v0_'"""  # noqa: S608 - constants above


def main() -> None:
    """Make rows out of one."""
    text = {"type": "text", "text": "x" * 500}
    first = InteractionRecord(
        key="v0_",
        scope=Scope("gemini|host|another key", "", "first"),
        request_digest=b"d" * 32,
        form=ReplyForm(()),
        created_at=1.0,
        expires_at=2.0,
        sent=({"type": "user_input", "content": [text]},),
    )
    store = open_store(sys.argv[1])
    assert isinstance(store, SqlStore)
    with closing(store):
        store.put(first)
        with store.database.writing() as db:
            db.execute(_COPY, (int(sys.argv[2]) - 1,))


if __name__ == "__main__":
    main()

"""Whether a store holds what was said, as far as what is in it tells.

The option that decides it is the program's that opens the store.
"""

import json
from collections.abc import Iterator
from typing import Final, cast

from interactions_core.doctor.checks import Check
from interactions_core.records.mirror import is_redacted
from interactions_core.stores import SessionStore
from interactions_core.stores.sql.store import SqlStore

_LOOKED_AT: Final = 50
"""Of the newest answers; older ones may be of another time."""

_NEWEST: Final = """
    SELECT held FROM interactions WHERE held <> '[]' AND created_at >= (
        SELECT MIN(created_at) FROM (
            SELECT created_at FROM interactions WHERE held <> '[]'
            ORDER BY created_at DESC LIMIT $1
        ) AS newest
    )
"""


def check_mirror(store: SessionStore) -> Iterator[Check]:
    """Say how much of the content the newest answers of a store hold.

    Args:
        store: The store; one without answers says nothing.
    """
    with cast("SqlStore", store).database.reading() as connection:
        rows = connection.execute(_NEWEST, (_LOOKED_AT,)).fetchall()
    bare = sum(is_redacted(json.loads(held)) for (held,) in rows)
    if not rows:
        return
    if not bare:
        yield Check("mirror", "ok", "full: texts are kept in this store")
    elif bare == len(rows):
        text = "signatures: no texts are kept, only what a replay needs beside the list"
        yield Check("mirror", "ok", text)
    else:
        yield Check(
            "mirror",
            "warn",
            f"of the newest {len(rows)} answers {len(rows) - bare} hold their texts and "
            f"{bare} do not",
            "Programs open this store with another `mirror`, or it was changed: give "
            "them the same.",
        )

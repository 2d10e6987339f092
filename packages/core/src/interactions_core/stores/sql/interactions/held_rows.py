"""What the server keeps of a thread, as its records say: SQL and conversions only."""

import json
from collections.abc import Sequence
from typing import Any, Final

from interactions_core.records.interactions import Scope, StoredInteraction


def is_shared(key: str) -> str:
    """Write whether another thread, than `$1`, rests on the interaction of a row."""
    return f"""(EXISTS (
    SELECT 1 FROM interactions AS other WHERE other.credential = own.credential
    AND other.key = own.{key} AND other.thread_id <> $1
) OR EXISTS (
    SELECT 1 FROM interactions AS other WHERE other.credential = own.credential
    AND other.parent_id = own.{key} AND other.thread_id <> $1
))"""


HELD_BY: Final = f"""SELECT credential, session_id, thread_id, key, parent_id,
    {is_shared("key")}, created_at, extra
FROM interactions AS own WHERE thread_id = $1 AND stored = 1 ORDER BY created_at"""


# Databases hand out untyped rows.
def held_from_row(row: Sequence[Any]) -> StoredInteraction:
    """Read a row of `HELD_BY`."""
    return StoredInteraction(
        scope=Scope(*row[:3]),
        key=row[3],
        parent_id=row[4],
        is_shared=bool(row[5]),
        created_at=row[6],
        made_by=json.loads(row[7]).get("made_by", ""),
    )

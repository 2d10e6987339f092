"""What is read of one conversation, in SQL that databases share.

Only `CONTENTS` reads a column with content.
"""

import json
from collections.abc import Sequence
from typing import Any, Final

from interactions_core.records.conversations import Content
from interactions_core.stores.sql import rows
from interactions_core.stores.sql.interactions import record_rows
from interactions_core.stores.sql.jobs import job_rows
from interactions_core.stores.sql.statements import Dialects, in_dialects

RECORDED_AT: Final = f"""SELECT created_at FROM interactions
WHERE {rows.SCOPE} AND key = $4"""

_IN_ORDER: Final = "ORDER BY created_at, key {by_bytes}"


def list_records(*, is_behind: bool, limit: int | None) -> Dialects:
    """Write the query of records of a thread, in order, behind a time and key."""
    behind = " AND created_at >= $4 AND (created_at > $4 OR key {by_bytes} > $5)"
    most = "" if limit is None else f" LIMIT {int(limit)}"
    return in_dialects(
        f"{record_rows.WITHOUT_CONTENT} WHERE {rows.SCOPE}{behind if is_behind else ''} "
        f"{_IN_ORDER}{most}"
    )


_THESE: Final = """credential = $2 AND session_id = $3 AND thread_id = $4
AND key IN (SELECT value FROM {texts})"""

THESE_RECORDS: Final = in_dialects(
    f"{record_rows.WITHOUT_CONTENT} WHERE {_THESE} {_IN_ORDER}"
)

BIRTHS_BETWEEN: Final = record_rows.FIND_BIRTHS.format(
    where=f"{rows.SCOPE} AND created_at >= $4 AND created_at <= $5"
)

KNOWN: Final = in_dialects(f"SELECT key FROM interactions WHERE {_THESE}")

OF_THESE: Final = in_dialects(""" WHERE ledger.credential = $2
AND ledger.session_id = $3 AND ledger.thread_id = $4
AND ledger.key IN (SELECT value FROM {texts})""")
"""Which entries of the ledger are those of some interactions of a scope."""

OF_ALL: Final = """ WHERE ledger.credential = $1 AND ledger.session_id = $2
AND ledger.thread_id = $3"""
"""Which are those of a scope."""

_RUNS: Final = in_dialects(""" WHERE credential = $2 AND session_id = $3
AND thread_id = $4 AND interaction_id IN (SELECT value FROM {texts})
ORDER BY created_at, key""")

JOBS_OF_ALL: Final = f"""{job_rows.LIST} WHERE credential = $1 AND session_id = $2
AND thread_id = $3 ORDER BY created_at, key"""

JOBS_OF: Final = Dialects(*(f"{job_rows.LIST}{where}" for where in _RUNS))

CONTENTS: Final = in_dialects(
    f"SELECT key, sent, held, extra FROM interactions WHERE {_THESE}"
)


# Databases hand out untyped rows.
def content_from_row(row: Sequence[Any]) -> tuple[str, Content]:
    """Read a row of `CONTENTS`."""
    return row[0], Content(
        sent=tuple(json.loads(row[1])),
        synthetic=tuple(json.loads(row[3])["synthetic"]),
        held=tuple(json.loads(row[2])),
    )

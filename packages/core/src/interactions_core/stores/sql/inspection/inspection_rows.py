"""What is read of the tables by whoever looks inside, in SQL that databases share.

Nothing here writes, and no list reads a column with content. By an index of its own,
which is a part without tables: an older release beside this one does not know it, and
a store that lacks it is slower and nothing else.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

from interactions_core.records.conversations import ConversationId
from interactions_core.records.inspection.conversation_drafts import Draft, Node
from interactions_core.records.interactions import Scope
from interactions_core.stores.listing import Newest
from interactions_core.stores.sql import rows
from interactions_core.stores.sql.interactions import record_rows
from interactions_core.stores.sql.jobs import job_rows
from interactions_core.stores.sql.statements import Dialects, in_dialects
from interactions_core.stores.sql.statements import where as conditions

PART: Final = "listings"
"""The name under which schema versions of this index are counted."""

MIGRATIONS: Final = (
    (
        # With the reason: else each row would be read for it. PostgreSQL without
        # statistics would take an index that begins with a scope for look-ups by key
        # too, and go through a whole thread for each of them.
        Dialects(
            """CREATE INDEX interactions_by_time ON interactions
            (thread_id, credential, session_id, created_at, reason)""",
            """CREATE INDEX interactions_by_time ON interactions
            (thread_id, created_at, credential, session_id, reason)""",
        ),
    ),
)

OWN: Final = "credential, session_id, thread_id"


def list_threads(names: Sequence[str]) -> str:
    """Write the query of threads without sums, of a reason and what the names are.

    Args:
        names: The columns whose values are `$2`, `$3`, ...
    """
    return f"""SELECT {OWN}, count(*), min(created_at), max(created_at),
sum(CASE WHEN reason = 'fork' THEN 1 ELSE 0 END),
sum(CASE WHEN reason = 'retry' THEN 1 ELSE 0 END),
max(CASE WHEN reason = $1 THEN 1 ELSE 0 END)
FROM interactions WHERE thread_id <> ''{_and(names, after=1)}
GROUP BY thread_id, credential, session_id"""


def list_loose(names: Sequence[str]) -> str:
    """Write the query of what is in no thread, and what these columns are."""
    return f"SELECT {_NODE} FROM interactions WHERE thread_id = ''{_and(names)}"


def list_jobs(names: Sequence[str], *, has_looks: bool) -> str:
    """Write the query of the jobs of which these columns are what is given.

    Args:
        names: The columns.
        has_looks: Whether the store has the table of looks.
    """
    jobs = job_rows.LIST_LOOKED if has_looks else job_rows.LIST
    return f"{jobs}{conditions(names)} ORDER BY created_at, key"


def _and(names: Sequence[str], *, after: int = 0) -> str:
    return "".join(f" AND {name} = ${at}" for at, name in enumerate(names, after + 1))


_NODE: Final = f"{OWN}, key, created_at, reason, parent_id, base_key"

HAVING: Final = in_dialects(f"""SELECT DISTINCT {OWN} FROM interactions
WHERE thread_id <> '' AND key IN (SELECT value FROM {{texts}})""")

_NEWEST: Final = (
    "i.credential, i.session_id, i.thread_id, i.key, i.reason, i.stored, i.gone, "
    "i.expires_at"
)

NEWEST: Final = f"""SELECT {_NEWEST} FROM (
    SELECT {OWN}, max(created_at) AS newest FROM interactions
    WHERE thread_id <> '' GROUP BY thread_id, credential, session_id
) AS own CROSS JOIN interactions AS i
WHERE i.thread_id = own.thread_id AND i.credential = own.credential
AND i.session_id = own.session_id AND i.created_at = own.newest"""

GIVEN: Final = (
    "{0}.thread_id = given.thread_id AND {0}.credential = given.credential "
    "AND {0}.session_id = given.session_id"
)
"""Which rows of a table are those of scopes that are given, for `str.format`."""

# The times first, once: without statistics PostgreSQL would look for the newest of a
# thread again for each of its interactions.
NEWEST_OF: Final = in_dialects(f"""SELECT {_NEWEST} FROM (
    SELECT own.credential, own.session_id, own.thread_id, max(own.created_at) AS newest
    FROM {{scopes}} CROSS JOIN interactions AS own WHERE {GIVEN.format("own")}
    GROUP BY own.credential, own.session_id, own.thread_id
) AS given CROSS JOIN interactions AS i
WHERE {GIVEN.format("i")} AND i.created_at = given.newest""")
"""Of these threads."""

NEWEST_LOOSE: Final = in_dialects(f"""SELECT {_NEWEST} FROM interactions AS i
WHERE thread_id = '' AND key IN (SELECT value FROM {{texts}})""")

RETENTIONS: Final = "SELECT credential, seconds FROM retention"

BIRTHS: Final = record_rows.FIND_BIRTHS.format(where=f"{rows.SCOPE} AND key = $4")


# Databases hand out untyped rows.
def draft_from_row(row: Sequence[Any]) -> Draft:
    """Read a row of `THREADS`."""
    return Draft(
        id=ConversationId(Scope(*row[:3])),
        records=row[3],
        first_at=row[4],
        last_at=row[5],
        recorded_at=row[5],
        forks=int(row[6]),
        retries=int(row[7]),
        has_reason=bool(row[8]),
    )


# As above.
def nodes_from_rows(found: Sequence[tuple[Any, ...]]) -> list[Node]:
    """Read rows of `list_loose`; thousands of them have few scopes."""
    scopes = {whose: Scope(*whose) for whose in {row[:3] for row in found}}
    return [Node(scopes[row[:3]], *row[3:]) for row in found]


# As above.
def newest_from_row(row: Sequence[Any]) -> tuple[Scope, Newest]:
    """Read a row of `NEWEST`, without what was learned."""
    is_held = row[5] and not row[6]
    return Scope(*row[:3]), Newest(row[3], row[4], row[7] if is_held else None)


def as_scopes(names: Iterable[Scope]) -> str:
    """Write scopes as `{scopes}` takes them; see `is_plain`."""
    return json.dumps([rows.scope_row(name) for name in names])


def is_plain(scope: Scope) -> bool:
    """Tell whether a scope is in JSON what it is in a table: one store escapes some."""
    return all(text.isprintable() for text in rows.scope_row(scope))

"""The table of outlines, in SQL that databases share.

A part of its own: an older release beside this one does not know it, and goes on. What
that release records has no outline, and what it deletes leaves one.

A row has what its record's list adds to that of `base`, and every so often everything,
so that what is kept grows with a conversation, and reading takes few rows.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from interactions_core.records.outlines import (
    DEEPEST,
    NEAREST_OF,
    Earlier,
    Outline,
    cut,
    unpacked,
)
from interactions_core.stores.sql.statements import in_dialects, placeholders

PART: Final = "outlines"
"""The name under which schema versions of this table are counted."""

MIGRATIONS: Final = (
    (
        in_dialects("""CREATE TABLE outlines (
            number {row_number}, credential TEXT NOT NULL, session_id TEXT NOT NULL, thread_id TEXT NOT NULL,
            key TEXT NOT NULL, place TEXT NOT NULL, created_at {real} NOT NULL,
            base TEXT NOT NULL, depth {integer} NOT NULL,
            shared {integer} NOT NULL, asked {integer} NOT NULL,
            steps {bytes} NOT NULL, system {bytes} NOT NULL,
            nearest TEXT NOT NULL, differs {integer} NOT NULL,
            sought {integer} NOT NULL,
            UNIQUE (thread_id, credential, session_id, key)
        )"""),
        # By number, which has no ties and no clock that is set back.
        """CREATE INDEX outlines_by_place ON outlines
        (thread_id, place, session_id, credential, number)""",
    ),
)

_COLUMNS: Final = (
    "credential, session_id, thread_id, key, place, created_at, base, depth, shared, "
    "asked, steps, system, nearest, differs, sought"
)

_SCOPE: Final = "credential = $1 AND session_id = $2 AND thread_id = $3"

KEEP: Final = f"""INSERT INTO outlines ({_COLUMNS}) VALUES ({placeholders(15)})
ON CONFLICT DO NOTHING"""

# Nothing is read first: where the base has no outline, or lies too deep, no row is
# written, and the whole outline is.
KEEP_MORE: Final = f"""INSERT INTO outlines ({_COLUMNS})
SELECT $1, $2, $3, $4, $5, $6, $7, depth + 1, $8, $9, $10, $11, $12, $13, $14
FROM outlines WHERE {_SCOPE} AND key = $7 AND depth < {DEEPEST - 1}
ON CONFLICT DO NOTHING"""

_READ: Final = (
    "key, created_at, base, shared, asked, steps, system, nearest, differs, sought, "
    "number"
)
_OLDER: Final = ", ".join(f"older.{name}" for name in _READ.split(", "))


def _with_bases(first: str) -> str:
    """Write a query of some outlines and of all that those are put together from.

    Newest first.
    """
    return f"""WITH RECURSIVE first AS ({first}), line AS (
    SELECT * FROM first
    UNION
    SELECT {_OLDER} FROM line CROSS JOIN outlines AS older
    WHERE older.credential = $1 AND older.session_id = $2 AND older.thread_id = $3
    AND older.key = line.base AND line.base <> ''
)
SELECT {_READ}, EXISTS (SELECT 1 FROM first WHERE first.key = line.key) FROM line
ORDER BY number DESC"""


FIND: Final = _with_bases(f"SELECT {_READ} FROM outlines WHERE {_SCOPE} AND key = $4")

NEWEST: Final = _with_bases(
    f"SELECT {_READ} FROM (SELECT {_READ} FROM outlines "
    f"WHERE {_SCOPE} AND place = $4 ORDER BY number DESC LIMIT {NEAREST_OF}) AS newest "
    f"UNION SELECT {_READ} FROM outlines WHERE {_SCOPE} AND key = $5"
)
"""The newest of a place, and the base of the list that is compared with them."""

PLACE: Final = f"SELECT place FROM outlines WHERE {_SCOPE} AND key = $4"

ELSEWHERE: Final = """SELECT steps FROM outlines
WHERE thread_id = $1 AND place = $2 AND session_id = $3 AND credential <> $4
AND base = ''"""
"""The whole outlines of other owners; every conversation begins with one."""

WITHOUT: Final = """SELECT count(*) FROM ledger WHERE reason = 'root'
AND number NOT IN (
    SELECT min(number) FROM ledger GROUP BY credential, session_id, thread_id
) AND NOT EXISTS (
    SELECT 1 FROM outlines WHERE outlines.thread_id = ledger.thread_id
    AND outlines.credential = ledger.credential
    AND outlines.session_id = ledger.session_id
    AND outlines.key = ledger.key AND outlines.sought = 1
)"""

COPY_THREAD: Final = (
    f"INSERT INTO outlines ({_COLUMNS}) SELECT "  # constants above
    f"{_COLUMNS.replace('thread_id', '$1', 1)} FROM outlines WHERE thread_id = $2 "
    "ORDER BY number ON CONFLICT DO NOTHING"
)

DELETE_THREAD: Final = "DELETE FROM outlines WHERE thread_id = $1"

LOCATE: Final = """SELECT credential, session_id, thread_id FROM interactions
WHERE key = $1 ORDER BY created_at, credential, session_id, thread_id"""


# Databases hand out untyped rows.
def outlines_from_rows(found: Sequence[Sequence[Any]]) -> dict[str, Outline]:
    """Put outlines together from the rows of `FIND` or `NEWEST`, newest first."""
    rows = {row[0]: row for row in found}
    whole = _packed_by_key(rows)
    return {
        row[0]: Outline(
            key=row[0],
            created_at=row[1],
            asked=row[4],
            shapes=unpacked(whole[row[0]]),
            system=next(iter(unpacked(bytes(row[6]))), None),
            nearest=row[7],
            differs=row[8],
            sought=bool(row[9]),
        )
        for row in found
        if row[11] and row[0] in whole
    }


# As above.
def earlier_from_rows(found: Sequence[Sequence[Any]]) -> list[Earlier]:
    """Read what the nearest is chosen among, newest first."""
    whole = _packed_by_key({row[0]: row for row in found})
    return [
        Earlier(row[0], row[4], whole[row[0]])
        for row in found
        if row[11] and row[0] in whole
    ]


def _packed_by_key(rows: Mapping[str, Sequence[Any]]) -> dict[str, bytes]:
    """Put together what is packed; a row whose base is gone is left out."""
    whole: dict[str, bytes] = {}
    for key in rows:
        waiting = [key]
        while waiting[-1] not in whole and rows[waiting[-1]][2] in rows:
            waiting.append(rows[waiting[-1]][2])
        for name in reversed(waiting):
            _, _, base, shared, _, steps, *_ = rows[name]
            if base in whole or not base:
                whole[name] = cut(whole.get(base, b""), shared) + bytes(steps)
    return whole

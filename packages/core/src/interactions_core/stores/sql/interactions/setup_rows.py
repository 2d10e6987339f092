"""The table of setups, in SQL that databases share.

A part of its own: an older release beside this one does not know it, and goes on. What
that release records has no setup, and what it deletes leaves its rows: keyed marks, and
names of tools and options, until this release deletes the thread.

A row has the tools, or the options, of all requests of a thread that have equal ones,
whose records name it: a thread that keeps them has two rows, however long it is.
"""

from collections.abc import Sequence
from typing import Any, Final

from interactions_core.records.interactions import InteractionRecord
from interactions_core.records.outlines import unpacked
from interactions_core.records.setups import Setup, Written, read_named
from interactions_core.stores.sql.rows import scope_row
from interactions_core.stores.sql.statements import Dialects, in_dialects, placeholders

PART: Final = "setups"
"""The name under which schema versions of this table are counted."""

MIGRATIONS: Final = (
    (
        in_dialects("""CREATE TABLE setups (
            credential TEXT NOT NULL, session_id TEXT NOT NULL, thread_id TEXT NOT NULL,
            mark TEXT NOT NULL, named TEXT NOT NULL,
            PRIMARY KEY (thread_id, credential, session_id, mark)
        ) {by_key}"""),
    ),
)

_COLUMNS: Final = "credential, session_id, thread_id, mark, named"

KEEP: Final = f"""INSERT INTO setups ({_COLUMNS}) VALUES ({placeholders(5)})
ON CONFLICT DO NOTHING"""

COPY_THREAD: Final = (
    f"INSERT INTO setups ({_COLUMNS}) SELECT "  # constants above
    f"{_COLUMNS.replace('thread_id', '$1', 1)} FROM setups WHERE thread_id = $2 "
    "ON CONFLICT DO NOTHING"
)

DELETE_THREAD: Final = "DELETE FROM setups WHERE thread_id = $1"

_RECORDS: Final = """FROM interactions AS i{outlines}
WHERE i.credential = $2 AND i.session_id = $3 AND i.thread_id = $4
AND i.key IN (SELECT value FROM {texts})"""

_OUTLINES: Final = """ LEFT JOIN outlines AS o ON o.thread_id = i.thread_id
AND o.credential = i.credential AND o.session_id = i.session_id AND o.key = i.key"""


def find_records(*, has_outlines: bool) -> Dialects:
    """Write the query of what records and their outlines say of setups."""
    columns = "o.system, o.nearest" if has_outlines else "NULL, NULL"
    read = f"SELECT i.key, i.target, i.setup, i.extra, {columns} "
    outlines = _OUTLINES if has_outlines else ""
    return in_dialects(read + _RECORDS.replace("{outlines}", outlines))


FIND: Final = in_dialects("""SELECT mark, named FROM setups
WHERE credential = $2 AND session_id = $3 AND thread_id = $4
AND mark IN (SELECT value FROM {texts})""")


def setup_rows(
    record: InteractionRecord, written: Sequence[Written]
) -> list[tuple[object, ...]]:
    """Return the values of `KEEP`; nothing for what a request has none of."""
    scope = scope_row(record.scope)
    return [(*scope, each.mark, each.body) for each in written if each.mark]


# Databases hand out untyped rows.
def setup_from_row(
    row: Sequence[Any], marks: tuple[str, ...], named: dict[str, str]
) -> Setup:
    """Read a row of `find_records`, and what it names."""
    return Setup(
        target=row[1],
        digest=bytes(row[2]),
        is_outlined=row[4] is not None,
        instruction=next(iter(unpacked(bytes(row[4] or b""))), None),
        tools=read_named(marks, 0, named),
        options=read_named(marks, 1, named),
        nearest=row[5] or "",
    )

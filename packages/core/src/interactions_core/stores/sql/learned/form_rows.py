"""The table of known forms, in SQL that databases share.

A part of its own: an older release beside this one does not know it, and goes on.
"""

from collections.abc import Sequence
from typing import Any, Final

from interactions_core.records.forms import KnownForm
from interactions_core.stores.sql.statements import in_dialects, placeholders

PART: Final = "forms"
"""The name under which schema versions of this table are counted."""

MIGRATIONS: Final = (
    (
        in_dialects("""CREATE TABLE forms (
            platform TEXT NOT NULL, api_version TEXT NOT NULL, target TEXT NOT NULL,
            feature TEXT NOT NULL, change TEXT NOT NULL,
            answered_at DOUBLE PRECISION NOT NULL,
            PRIMARY KEY (platform, api_version, target, feature)
        ) {by_key}"""),
    ),
)

_COLUMNS = "platform, api_version, target, feature, change, answered_at"

LIST: Final = f"SELECT {_COLUMNS} FROM forms ORDER BY answered_at DESC, feature"

KEEP: Final = f"""INSERT INTO forms ({_COLUMNS}) VALUES ({placeholders(6)})
ON CONFLICT (platform, api_version, target, feature) DO UPDATE SET
change = excluded.change, answered_at = excluded.answered_at"""

FORGET: Final = "DELETE FROM forms WHERE answered_at <= $1"

CLEAR: Final = "DELETE FROM forms"


def form_row(form: KnownForm) -> tuple[object, ...]:
    """Return the row of a form."""
    return (
        form.platform,
        form.api_version,
        form.target,
        form.feature,
        form.change,
        form.answered_at,
    )


# Databases hand out untyped rows.
def form_from_row(row: Sequence[Any]) -> KnownForm:
    """Read a row of `LIST`."""
    return KnownForm(
        platform=row[0],
        api_version=row[1],
        target=row[2],
        feature=row[3],
        change=row[4],
        answered_at=row[5],
    )

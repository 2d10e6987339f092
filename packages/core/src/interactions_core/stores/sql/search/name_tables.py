"""Names that people type, in a SQL database, for the stores that have one.

Letters count as they are: databases do not agree on what `LIKE` makes equal, and order
texts by the rules of a language. Whole indexes are read, and no row.
"""

from collections.abc import Sequence
from typing import Final

from interactions_core.records.names import check_names, is_keepable
from interactions_core.stores.protocols.names import LEAST_END
from interactions_core.stores.sql.database import SqlDatabase
from interactions_core.stores.sql.schema.contracts import has_table
from interactions_core.stores.sql.statements import given_names, in_dialects

KEYS: Final = in_dialects("""SELECT DISTINCT key {by_bytes} AS found FROM interactions
WHERE substr(key, 1, length($1)) = $1
OR (length($1) >= $2 AND substr(key, length(key) - length($1) + 1) = $1)
ORDER BY found LIMIT $3""")

THREADS: Final = in_dialects("""SELECT thread_id {by_bytes} AS found FROM interactions
WHERE thread_id <> '' AND substr(thread_id, 1, length($1)) = $1
UNION SELECT thread_id {by_bytes} FROM jobs
WHERE thread_id <> '' AND substr(thread_id, 1, length($1)) = $1
ORDER BY found LIMIT $2""")

SENT_AGAIN_BARE: Final = "reason IN ('expired', 'foreign')"

SENT_AGAIN: Final = f"""({SENT_AGAIN_BARE} OR (reason = 'root' AND EXISTS (
    SELECT 1 FROM outlines WHERE outlines.thread_id = ledger.thread_id
    AND outlines.credential = ledger.credential
    AND outlines.session_id = ledger.session_id
    AND outlines.key = ledger.key AND outlines.nearest <> ''
)))"""


class SqlNameMixin:
    """The methods about names of a store over its own `database`."""

    database: SqlDatabase

    def keys_named(self, name: str, *, limit: int = 100) -> list[str]:
        """Return the interactions whose key begins with a name, or ends with it."""
        if not name or not is_keepable(name):
            return []
        with self.database.surveying() as db:
            found = db.execute(KEYS, (name, LEAST_END, limit)).fetchall()
        return [row[0] for row in found]

    def threads_named(self, beginning: str, *, limit: int = 100) -> list[str]:
        """Return the threads whose id begins like this."""
        if not is_keepable(beginning):
            return []
        with self.database.surveying() as db:
            found = db.execute(THREADS, (beginning, limit)).fetchall()
        return [row[0] for row in found]

    def newest_key(
        self, *, sent_again: bool = False, session_id: str | None = None
    ) -> str:
        """Return the interaction of the newest entry of the ledger."""
        names = given_names(session_id=session_id)
        check_names(**names)
        with self.database.reading() as db:
            # An older store that is only looked at has none.
            is_outlined = has_table(db, "outlines")
            again = SENT_AGAIN if is_outlined else SENT_AGAIN_BARE
            query = _newest([*names], again if sent_again else "")
            row = db.execute(query, (*names.values(),)).fetchone()
        return row[0] if row else ""


def _newest(names: Sequence[str], condition: str) -> str:
    """Write the query of the newest entry of which these columns are what is given."""
    given = [f"ledger.{name} = ${number}" for number, name in enumerate(names, 1)]
    of = " AND ".join([*given, *([condition] if condition else [])])
    where = f" WHERE {of}" if of else ""
    return f"SELECT key FROM ledger{where} ORDER BY number DESC LIMIT 1"

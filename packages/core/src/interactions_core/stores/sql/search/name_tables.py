"""Names that people type, in a SQL database, for the stores that have one.

Letters count as they are: databases do not agree on what `LIKE` makes equal, and order
texts by the rules of a language. Whole indexes are read, and no row.
"""

from typing import Final

from interactions_core.records.names import is_keepable
from interactions_core.stores.protocols.names import LEAST_END
from interactions_core.stores.sql.database import SqlDatabase
from interactions_core.stores.sql.schema.contracts import has_table
from interactions_core.stores.sql.statements import in_dialects

KEYS: Final = in_dialects("""SELECT DISTINCT key {by_bytes} AS found FROM interactions
WHERE substr(key, 1, length($1)) = $1
OR (length($1) >= $2 AND substr(key, length(key) - length($1) + 1) = $1)
ORDER BY found LIMIT $3""")

THREADS: Final = in_dialects("""SELECT thread_id {by_bytes} AS found FROM interactions
WHERE thread_id <> '' AND substr(thread_id, 1, length($1)) = $1
UNION SELECT thread_id {by_bytes} FROM jobs
WHERE thread_id <> '' AND substr(thread_id, 1, length($1)) = $1
ORDER BY found LIMIT $2""")

NEWEST: Final = "SELECT key FROM ledger ORDER BY number DESC LIMIT 1"

SENT_AGAIN_BARE: Final = """SELECT key FROM ledger
WHERE reason IN ('expired', 'foreign') ORDER BY number DESC LIMIT 1"""

SENT_AGAIN: Final = """SELECT key FROM ledger
WHERE reason IN ('expired', 'foreign') OR (reason = 'root' AND EXISTS (
    SELECT 1 FROM outlines WHERE outlines.thread_id = ledger.thread_id
    AND outlines.credential = ledger.credential
    AND outlines.session_id = ledger.session_id
    AND outlines.key = ledger.key AND outlines.nearest <> ''
)) ORDER BY number DESC LIMIT 1"""


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

    def newest_key(self, *, sent_again: bool = False) -> str:
        """Return the interaction of the newest entry of the ledger."""
        with self.database.reading() as db:
            # An older store that is only looked at has none.
            is_outlined = has_table(db, "outlines")
            again = SENT_AGAIN if is_outlined else SENT_AGAIN_BARE
            row = db.execute(again if sent_again else NEWEST).fetchone()
        return row[0] if row else ""

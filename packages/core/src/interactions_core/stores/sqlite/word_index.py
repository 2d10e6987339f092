"""The words of what was said in a file: a table of FTS5 beside that of the words.

It is made when somebody searches for the first time; a build of SQLite without FTS5
makes none, and reads what it searches one by one. What was deleted stays in its pages
until they are merged, so that erasing does that.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from interactions_core.records.inspection.queries import Term
from interactions_core.stores.sql.database import SqlConnection
from interactions_core.stores.sql.search import text_rows
from interactions_core.stores.sql.search.text_rows import match_words
from interactions_core.stores.sql.search.text_tables import WordsRow
from interactions_core.stores.sql.store import SqlStore

if TYPE_CHECKING:
    from interactions_core.stores.sqlite.database import SqliteDatabase

# The words are cut already: what is not ASCII is a part of one, and no word is looked
# up by where it is, nor counted.
MAKE: Final = """CREATE VIRTUAL TABLE IF NOT EXISTS said_words_index USING fts5(
    words, content='said_words', content_rowid='number',
    detail=none, columnsize=0, tokenize='ascii'
)"""

# The newest of those that have a word are found without sorting all of them.
_BY_TIME: Final = """CREATE INDEX IF NOT EXISTS said_words_by_time ON said_words
(created_at DESC, credential, session_id, thread_id, key)"""

_IS_ORDERED: Final = "SELECT 1 FROM sqlite_master WHERE name = 'said_words_by_time'"

_IS_THERE: Final = "SELECT 1 FROM sqlite_master WHERE name = 'said_words_index'"

_LOOK: Final = "SELECT rowid FROM said_words_index LIMIT 0"

_ADD: Final = """INSERT INTO said_words_index (rowid, words)
SELECT number, words FROM said_words
WHERE credential = $1 AND session_id = $2 AND thread_id = $3 AND key = $4"""

_KNOWN: Final = """SELECT number, words FROM said_words
WHERE credential = $1 AND session_id = $2 AND thread_id = $3 AND key = $4"""

_TAKE: Final = """INSERT INTO said_words_index (said_words_index, rowid, words)
VALUES ('delete', $1, $2)"""

_TAKE_THREAD: Final = """INSERT INTO said_words_index (said_words_index, rowid, words)
SELECT 'delete', number, words FROM said_words WHERE thread_id = $1"""

_WORDS: Final = "SELECT words FROM said_words WHERE number = $1"

_MERGE: Final = (
    "INSERT INTO said_words_index (said_words_index, rank) VALUES ('merge', $1)"
)

_MERGED: Final = 200
"""Pages that are merged while others wait."""

_TO_MERGE: Final = "said words to erase"

_NOTE: Final = f"""INSERT INTO session_meta (name, value) VALUES ('{_TO_MERGE}', randomblob(8))
ON CONFLICT (name) DO UPDATE SET value = excluded.value"""

_NOTED: Final = f"SELECT value FROM session_meta WHERE name = '{_TO_MERGE}'"

_DONE: Final = f"DELETE FROM session_meta WHERE name = '{_TO_MERGE}' AND value = $1"

_CHANGES: Final = "SELECT total_changes()"


class SqliteSearchStore(SqlStore):
    """A store with an index in its file."""

    def _make_index(self) -> bool:
        if not super()._make_index():
            return False
        with self.database.reading() as db:
            if _has_index(db) and db.execute(_IS_ORDERED).fetchone():
                return True
        with self.database.writing() as db:
            if not _is_known(db, MAKE):
                return False
            db.execute(_BY_TIME)
            return True

    def _is_indexed(self, db: SqlConnection) -> bool:
        return super()._is_indexed(db) and _has_index(db) and _is_readable(db)

    def _match_words(self, terms: Sequence[Term]) -> str:
        return match_words(terms, is_postgres=False)

    def _keep_words(self, db: SqlConnection, rows: Sequence[WordsRow]) -> None:
        for row in rows:
            known = db.execute(_KNOWN, row[:4]).fetchone()
            if not db.execute(text_rows.KEEP, row).rowcount:
                continue
            if known:
                db.execute(_TAKE, known)
            db.execute(_ADD, row[:4])

    def _delete_words(self, db: SqlConnection, thread_id: str) -> None:
        # Without FTS5 it fails: words would be left of what was deleted.
        if _has_index(db) and db.execute(_TAKE_THREAD, (thread_id,)).rowcount:
            db.execute(_NOTE)
        super()._delete_words(db, thread_id)

    def _delete_some(self, db: SqlConnection, numbers: Iterable[Sequence[int]]) -> None:
        for number in numbers:
            found = db.execute(_WORDS, number).fetchone()
            if found and db.execute(text_rows.DELETE, number).rowcount:
                db.execute(_TAKE, (*number, *found))
        db.execute(_NOTE)


def merge_words(database: "SqliteDatabase") -> None:
    """Rewrite the index without what was deleted, some pages at a time.

    Whoever dies meanwhile leaves it to the next erasure.
    """
    with database.reading() as db:
        if not _has_index(db):
            return
        noted = db.execute(_NOTED).fetchone()
    if noted is None:
        return
    pages = -_MERGED
    while _merge(database, pages):
        # The first has all that is there at the time merged, the others go on.
        pages = _MERGED
    with database.writing() as db:
        db.execute(_DONE, noted)


def _merge(database: "SqliteDatabase", pages: int) -> bool:
    with database.writing() as db:
        [before] = db.execute(_CHANGES).fetchone()
        db.execute(_MERGE, (pages,))
        [after] = db.execute(_CHANGES).fetchone()
    # By its documentation, fewer than two changes mean that nothing was left to do.
    return after - before >= 2  # noqa: PLR2004


def _has_index(db: SqlConnection) -> bool:
    return db.execute(_IS_THERE).fetchone() is not None


def _is_readable(db: SqlConnection) -> bool:
    """Tell whether this build of SQLite can read the index that another has made."""
    return _is_known(db, _LOOK)


def _is_known(db: SqlConnection, statement: str) -> bool:
    """Run a statement; false if it needs what this build of SQLite has not."""
    try:
        db.execute(statement)
    except sqlite3.OperationalError as exc:
        if "no such module" not in str(exc):
            raise
        return False
    return True

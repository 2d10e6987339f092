"""The words of what was said in a SQL database, for the stores that have one.

Nothing is held while words are made of a text: it is read, then its words are written,
if the record is still as it was read.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from interactions_core.process.forking import Lock
from interactions_core.records.inspection.word_lists import list_words
from interactions_core.records.mirror import Mirror
from interactions_core.stores.sql.database import SqlConnection, SqlDatabase
from interactions_core.stores.sql.schema.contracts import has_table
from interactions_core.stores.sql.search import text_rows

Place = tuple[str, str, str, str]
"""Credential, session id, thread id and key of a record."""

WordsRow = tuple[str, str, str, str, bytes, int, str]
"""A place, the digest of the context, the state of the words, and the words."""

BATCH_CHARACTERS: Final = 100_000
"""Characters of records that are indexed at once, while others wait to write a file; the
first of them may be longer."""

Said = tuple[str, str, bytes]
"""What was sent and answered, as it is stored, and the digest of the context."""

_AT_ONCE: Final = 20
"""Records that are read in one trip; they may be long."""

_WRITER: Final = "index of texts"
"""The lock of those who write words in a database."""


class SqlTextMixin:
    """The index of a store over its own `database`."""

    mirror: Mirror
    database: SqlDatabase

    def __init__(self) -> None:
        super().__init__()
        self._text_lock = Lock()
        self._text_place = ("", "", "", "")

    def index_texts(self, limit: int = 200) -> int:
        """Index some interactions that are not, or were recorded anew since."""
        # Threads of a process would read the same.
        with self._text_lock:
            if not self._make_index():
                return 0
            due = self._due(limit)
            if not due:
                return self._delete_orphans(limit)
            rows = self._read(due)
            self._text_place = _behind(due[len(rows) - 1]) if rows else self._text_place
            self._write(rows)
            return len(rows)

    def has_index(self) -> bool:
        """Tell whether somebody has searched here."""
        with self.database.reading() as db:
            return (
                has_texts(db) and db.execute(text_rows.HAS_ANY).fetchone() is not None
            )

    def _make_index(self) -> bool:
        """Make what is not there before somebody searches; tell whether there is one."""
        if self.mirror == "signatures" or self.database.read_only:
            return False
        with self.database.reading() as db:
            return has_texts(db)

    def _is_indexed(self, db: SqlConnection) -> bool:
        """Tell whether words can be looked up."""
        return has_texts(db)

    def _due(self, limit: int) -> list[Place]:
        """Return what is next, from where this process was on, and then from the start."""
        with self.database.reading() as db:
            found = db.execute(text_rows.DUE, (*self._text_place, limit)).fetchall()
            if not found and any(self._text_place):
                self._text_place = ("", "", "", "")
                found = db.execute(text_rows.DUE, (*self._text_place, limit)).fetchall()
        return [(row[0], row[1], row[2], row[3]) for row in found]

    def _read(self, places: Sequence[Place]) -> list[WordsRow]:
        """Make the words of the first of these, as long as they are not too long."""
        with self.database.reading() as db:
            read = [*_contents(db, places)]
        rows: list[WordsRow] = []
        for place, found in read:
            # What is gone meanwhile has no words, and is written nowhere.
            sent, held, digest = found or ("[]", "[]", b"")
            listed = list_words(json.loads(sent), json.loads(held))
            rows.append((*place, digest, listed.state, listed.words))
        return rows

    def _write(self, rows: Sequence[WordsRow]) -> None:
        threads = {row[2] for row in rows}
        # A thread is deleted before its words are written, or together with them.
        with self.database.writing(_WRITER, shared=threads) as db:
            self._keep_words(db, rows)

    def _keep_words(self, db: SqlConnection, rows: Sequence[WordsRow]) -> None:
        """Write words, in the transaction that is going on."""
        db.executemany(text_rows.KEEP, rows)

    def _delete_words(self, db: SqlConnection, thread_id: str) -> None:
        """Delete the words of a thread, in the transaction of its deletion."""
        if has_texts(db):
            db.execute(text_rows.DELETE_THREAD, (thread_id,))

    def _delete_orphans(self, limit: int) -> int:
        """Delete the words of records that an older release has deleted."""
        with self.database.reading() as db:
            found = db.execute(text_rows.ORPHANS, (limit,)).fetchall()
        if found:
            with self.database.writing(_WRITER) as db:
                self._delete_some(db, found)
            self.database.erase_log()
        return len(found)

    def _delete_some(self, db: SqlConnection, numbers: Iterable[Sequence[int]]) -> None:
        db.executemany(text_rows.DELETE, [*numbers])


def _contents(
    db: SqlConnection, places: Sequence[Place]
) -> Iterator[tuple[Place, Said | None]]:
    """Yield what was said in the first of these, as long as it is not too long."""
    size = 0
    for start in range(0, len(places), _AT_ONCE):
        some = places[start : start + _AT_ONCE]
        said = read_contents(db, some)
        for place in some:
            if size >= BATCH_CHARACTERS:
                return
            found = said.get(place)
            size += len(found[0]) + len(found[1]) if found else 0
            yield place, found


def read_contents(db: SqlConnection, places: Sequence[Place]) -> dict[Place, Said]:
    """Read what was said, in one trip; what is gone is left out."""
    keys = [*dict.fromkeys(place[3] for place in places)]
    found = db.execute(text_rows.contents(len(keys)), keys).fetchall()
    return {(r[0], r[1], r[2], r[3]): (r[4], r[5], bytes(r[6])) for r in found}


def has_texts(db: SqlConnection) -> bool:
    """Tell whether the table is there: a store of an older release has none."""
    return has_table(db, "said_words")


def _behind(place: Place) -> Place:
    """Return a place as `text_rows.DUE` orders them."""
    credential, session_id, thread_id, key = place
    return thread_id, credential, session_id, key

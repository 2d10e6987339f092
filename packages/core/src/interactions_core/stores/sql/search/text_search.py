"""Search in a SQL database: by the index, and one by one where that does not know.

What is read one by one is bounded, and read some at a time, so that nobody waits for it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from interactions_core.records.inspection.queries import Query, Term, read_query
from interactions_core.records.inspection.searches import (
    DEFAULT_LIMIT,
    Hit,
    How,
    SearchResult,
    is_named,
)
from interactions_core.records.inspection.word_lists import has_content
from interactions_core.records.interactions import Scope
from interactions_core.records.names import check_names, is_keepable
from interactions_core.stores.sql.database import SqlConnection
from interactions_core.stores.sql.search import text_names, text_rows
from interactions_core.stores.sql.search.text_tables import (
    Place,
    SqlTextMixin,
    read_contents,
)
from interactions_core.stores.sql.statements import given_names
from interactions_core.transcript.said_texts import said_texts

MOST_SCANNED: Final = 2_000
"""Interactions that a search reads one by one, for each reason to do so."""

MOST_CHARACTERS: Final = 20_000_000
"""Characters of them, as they are stored."""

_MOST_TERMS: Final = 50
"""Words of a query that the index is asked for; SQLite has a limit on how deep it is."""

_AT_ONCE: Final = 50

_Found = tuple[str, str, str, str, float]
"""A place, and when it was recorded."""


@dataclass(frozen=True, slots=True)
class _Candidates:
    """What may match.

    Attributes:
        sure: What the index says matches, the newest first; more than are wanted.
        likely: What has the words, perhaps not as the query has them.
        unsure: What the index does not know, or not wholly.
        total: How many `likely` are in all.
        unindexed: How many `unsure` are in all.
        has_none: Whether the index knows of no content.
    """

    sure: Sequence[_Found]
    likely: Sequence[_Found]
    unsure: Sequence[_Found]
    total: int
    unindexed: int
    has_none: bool


@dataclass(slots=True)
class _Reading:
    """How much has been read one by one."""

    left: int
    read: int = 0
    has_content: bool = False


class SqlSearchMixin(SqlTextMixin):
    """The methods about search of a store over its own `database`."""

    def search(
        self,
        text: str,
        *,
        session_id: str | None = None,
        thread_id: str | None = None,
        limit: int = DEFAULT_LIMIT,
    ) -> SearchResult:
        """Find interactions by what was said in them, and by names."""
        check_names(session_id=session_id, thread_id=thread_id)
        given = given_names(session_id=session_id, thread_id=thread_id)
        named = self._named(text.strip(), given, limit + 1)
        if self.mirror == "signatures":
            more = len(named) > limit
            return SearchResult(tuple(named[:limit]), how="names", more=more)
        query = read_query(text)
        known = self._candidates(query, given, limit + 1)
        reading = _Reading(MOST_CHARACTERS)
        said = {*known.sure}
        if query.units:
            wanted = limit + 1 - len(said)
            said.update(self._matching(known.unsure, query, limit + 1, reading))
            said.update(self._matching(known.likely, query, wanted, reading))
        newest = sorted(said, key=_age)
        hits = [Hit(Scope(*row[:3]), row[3], "text") for row in newest]
        open_ones = known.total + known.unindexed if query.units else 0
        return SearchResult(
            found=(*named[:limit], *hits[:limit]),
            how=_how(known, reading),
            unindexed=known.unindexed,
            scanned=reading.read,
            unseen=open_ones - reading.read,
            more=len(named) > limit or len(hits) > limit,
        )

    def _named(self, wanted: str, given: Mapping[str, str], limit: int) -> list[Hit]:
        """Find what has a name."""
        if not wanted or not is_keepable(wanted):
            return []
        values = (wanted, limit, *given.values())
        with self.database.reading() as db:
            scopes = db.execute(text_names.scopes(*given), values).fetchall()
            keys = db.execute(text_names.keys(*given), values).fetchall()
            targets: list[tuple[str, str, str, str]] = []
            if not _is_missing(db, text_names.HAS_TARGET, wanted):
                targets = db.execute(text_names.targets(*given), values).fetchall()
        hits = [_scope_hit(Scope(*row), wanted) for row in scopes]
        hits += [Hit(Scope(*scope), key, "key") for *scope, key in keys]
        known = {(hit.scope, hit.key) for hit in hits}
        asked = [(Scope(*scope), key) for *scope, key in targets]
        return hits + [Hit(*each, "target") for each in asked if each not in known]

    def _candidates(
        self, query: Query, given: Mapping[str, str], limit: int
    ) -> _Candidates:
        """Ask the index, in one look."""
        values = tuple(given.values())
        with self.database.surveying() as db:
            indexed = self._is_indexed(db)
            count = text_rows.count_unsure(*given, indexed=indexed)
            [unindexed] = db.execute(count, values).fetchone()
            unsure: list[_Found] = []
            if unindexed and query.units:
                newest = text_rows.unsure(*given, indexed=indexed)
                unsure = db.execute(newest, (MOST_SCANNED, *values)).fetchall()
            sure, likely, total = [], [], 0
            if indexed and query.units:
                sure, likely, total = self._look_up(db, query, given, limit)
            has_none = not indexed or _is_missing(db, text_rows.HAS_CONTENT)
            has_none = has_none and not _is_missing(db, text_rows.HAS_RECORDS)
        return _Candidates(sure, likely, unsure, total, int(unindexed), has_none)

    def _look_up(
        self, db: SqlConnection, query: Query, given: Mapping[str, str], limit: int
    ) -> tuple[list[_Found], list[_Found], int]:
        """Return what matches, what may match, and how many do that."""
        terms = query.terms
        words = self._match_words(terms[:_MOST_TERMS])
        is_exact = query.is_exact and len(terms) <= _MOST_TERMS
        if is_exact:
            return _having(db, words, given, limit), [], 0
        found = _having(db, words, given, MOST_SCANNED)
        total = len(found)
        if total == MOST_SCANNED:
            counted = text_rows.count(*given)
            [total] = db.execute(counted, (words, *given.values())).fetchone()
        return [], found, int(total)

    def _match_words(self, terms: Sequence[Term]) -> str:
        return text_rows.match_words(terms, is_postgres=True)

    def _matching(
        self, found: Sequence[_Found], query: Query, wanted: int, reading: _Reading
    ) -> Iterator[_Found]:
        """Read some one by one, until enough match or too much was read."""
        for start in range(0, len(found), _AT_ONCE):
            batch = found[start : start + _AT_ONCE]
            with self.database.reading() as db:
                contents = read_contents(db, [_place(row) for row in batch])
            for row in batch:
                sent, held, _ = contents.get(_place(row), ("[]", "[]", b""))
                if wanted <= 0 or reading.left <= 0:
                    return
                reading.read += 1
                reading.left -= len(sent) + len(held)
                steps = json.loads(sent), json.loads(held)
                reading.has_content = reading.has_content or has_content(*steps)
                if query.matches(said_texts((*steps[0], *steps[1]))):
                    wanted -= 1
                    yield (row[0], row[1], row[2], row[3], row[4])


def _having(
    db: SqlConnection, words: str, given: Mapping[str, str], wanted: int
) -> list[_Found]:
    """Return the newest records that have words, in order, as many as are wanted."""
    query, most = text_rows.find(*given), wanted
    while True:
        rows = db.execute(query, (words, most, *given.values())).fetchall()
        found: list[_Found] = [(r[0], r[1], r[2], r[3], r[4]) for r in rows if r[5]]
        if len(found) >= wanted or len(rows) < most:
            return sorted(found, key=_age)[:wanted]
        # Some have changed since, or are gone: others are behind them.
        most *= 2


def _age(row: _Found) -> tuple[object, ...]:
    """Put the newest first; what is as new, by its place."""
    return (-row[4], *row[:4])


def _how(known: _Candidates, reading: _Reading) -> How:
    """Say whether there was anything to look at but names."""
    is_open = known.unindexed > reading.read or reading.has_content
    return "names" if known.has_none and not is_open else "words"


def _scope_hit(scope: Scope, wanted: str) -> Hit:
    is_thread = is_named(scope.thread_id, wanted)
    return Hit(scope, "", "thread" if is_thread else "session")


def _place(row: _Found) -> Place:
    return row[0], row[1], row[2], row[3]


def _is_missing(db: SqlConnection, query: str, *values: str) -> bool:
    return db.execute(query, values).fetchone() is None

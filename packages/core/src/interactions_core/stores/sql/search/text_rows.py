"""The words of what was said, in SQL that databases share.

A part of its own: an older release beside this one does not know it, and goes on. What
that release deletes leaves words, which whoever indexes next takes away.

A row belongs to the state of a record that it was made of, by the digest of its
context. So nothing is written in the transaction of a turn: what has no row, or one of
another state, is to be indexed.

PostgreSQL has an index of the column `words`; in SQLite that is the content of a table
of FTS5, which is made when somebody searches for the first time.
"""

from collections.abc import Iterable
from typing import Final

from interactions_core.records.inspection.queries import Term
from interactions_core.records.inspection.word_lists import CUT
from interactions_core.stores.sql.statements import Dialects, in_dialects, placeholders

PART: Final = "texts"
"""The name under which schema versions of this table are counted."""

_TABLE: Final = in_dialects("""CREATE TABLE said_words (
    number {row_number}, credential TEXT NOT NULL, session_id TEXT NOT NULL, thread_id TEXT NOT NULL,
    key TEXT NOT NULL, created_at {real} NOT NULL, context_digest {bytes} NOT NULL,
    state {integer} NOT NULL, words {words} NOT NULL,
    UNIQUE (thread_id, credential, session_id, key)
)""")

MIGRATIONS: Final = (
    (
        _TABLE,
        # Nothing in SQLite, whose index not every build can make.
        Dialects(
            "SELECT 1",
            "CREATE INDEX said_words_by_word ON said_words USING gin (words)",
        ),
    ),
)

_PLACE: Final = "thread_id, credential, session_id, key"

_SAME: Final = """{one}.thread_id = {other}.thread_id
AND {one}.credential = {other}.credential
AND {one}.session_id = {other}.session_id AND {one}.key = {other}.key"""

_AS_RECORDED: Final = f"""{_SAME.format(one="said_words", other="interactions")}
AND said_words.context_digest = interactions.context_digest"""

_IS_DUE: Final = f"NOT EXISTS (SELECT 1 FROM said_words WHERE {_AS_RECORDED})"

_IS_UNSURE: Final = f"NOT EXISTS (SELECT 1 FROM said_words WHERE {_AS_RECORDED} AND said_words.state <> {CUT})"

DUE: Final = f"""SELECT credential, session_id, thread_id, key FROM interactions
WHERE ({_PLACE}) > ($1, $2, $3, $4) AND {_IS_DUE}
ORDER BY {_PLACE} LIMIT $5"""
"""What is to be indexed behind a place, in the order of the index of records."""


def contents(number: int) -> str:
    """Write the query of what was said in so many interactions, given by their keys.

    Those of other scopes that have these keys as well are among what is found.
    """
    return f"""SELECT credential, session_id, thread_id, key, sent, held, context_digest
FROM interactions WHERE key IN ({placeholders(number)})"""


_KEPT_ALREADY: Final = f"""SELECT 1 FROM said_words WHERE {_AS_RECORDED}"""

# Only of a record that is there, and as it was read: it may be deleted meanwhile.
KEEP: Final = in_dialects(f"""INSERT INTO said_words
(credential, session_id, thread_id, key, created_at, context_digest, state, words)
SELECT credential, session_id, thread_id, key, created_at, context_digest,
CAST($6 AS {{integer}}), {{to_words}}
FROM interactions
WHERE credential = $1 AND session_id = $2 AND thread_id = $3 AND key = $4
AND context_digest = $5 AND NOT EXISTS ({_KEPT_ALREADY})
ON CONFLICT ({_PLACE}) DO UPDATE SET created_at = excluded.created_at,
context_digest = excluded.context_digest, state = excluded.state,
words = excluded.words""")

ORPHANS: Final = f"""SELECT number FROM said_words WHERE NOT EXISTS (
    SELECT 1 FROM interactions
    WHERE {_SAME.format(one="interactions", other="said_words")}
) ORDER BY number LIMIT $1"""
"""Words of records that an older release has deleted."""

DELETE: Final = f"""DELETE FROM said_words WHERE number = $1 AND NOT EXISTS (
    SELECT 1 FROM interactions
    WHERE {_SAME.format(one="interactions", other="said_words")}
)"""

DELETE_THREAD: Final = "DELETE FROM said_words WHERE thread_id = $1"

HAS_ANY: Final = "SELECT 1 FROM said_words LIMIT 1"

HAS_CONTENT: Final = "SELECT 1 FROM said_words WHERE state > 0 LIMIT 1"

HAS_RECORDS: Final = "SELECT 1 FROM interactions LIMIT 1"


def _given(names: Iterable[str], *, after: int, table: str = "") -> str:
    """Write that these columns have the values that come behind `after` others."""
    return "".join(
        f" AND {table}{name} = ${number}"
        for number, name in enumerate(names, after + 1)
    )


_PLACED: Final = "credential, session_id, thread_id, key"

_ORDER: Final = f"created_at DESC, {_PLACED}"


def unsure(*names: str, indexed: bool) -> str:
    """Write the query of what has to be read one by one; `$1` is how many at most.

    Args:
        names: The columns whose values are given.
        indexed: Whether there is an index; without one that is everything.
    """
    return f"""SELECT {_PLACED}, created_at
FROM interactions WHERE {_IS_UNSURE if indexed else "1 = 1"}{_given(names, after=1)}
ORDER BY {_ORDER} LIMIT $1"""


def count_unsure(*names: str, indexed: bool) -> str:
    """Write the query of how many those are."""
    return f"""SELECT count(*) FROM interactions
WHERE {_IS_UNSURE if indexed else "1 = 1"}{_given(names, after=0)}"""


_STILL: Final = f"EXISTS (SELECT 1 FROM interactions WHERE {_AS_RECORDED})"


def find(*names: str) -> Dialects:
    """Write the query of the newest that have words, and whether they still have them.

    `$1` are the words, as `match_words` writes them, `$2` is how many at most.
    """
    return Dialects(*map(_newest_with, _has_words(names)))


def _newest_with(words: str) -> str:
    # Looked up for those alone: all that have a common word would be looked up, and
    # without statistics PostgreSQL goes through a whole thread for each of them.
    return f"""SELECT {_PLACED}, created_at, {_STILL} FROM (
    SELECT {_PLACED}, created_at, context_digest FROM said_words
    WHERE {words} ORDER BY {_ORDER} LIMIT $2
) AS said_words"""


def _has_words(names: Iterable[str]) -> Dialects:
    given = _given(names, after=2)
    # SQLite goes through its index by time: it would else sort all that have a word.
    return Dialects(
        "+number IN (SELECT rowid FROM said_words_index "
        f"WHERE said_words_index MATCH $1){given}",
        f"words @@ CAST($1 AS tsquery){given}",
    )


def count(*names: str) -> Dialects:
    """Write the query of how many records have words."""
    having = f"{_STILL}{_given(names, after=1, table='said_words.')}"
    counted = "SELECT count(*) FROM"
    return Dialects(
        f"{counted} said_words_index CROSS JOIN said_words "
        "WHERE said_words_index MATCH $1 "
        f"AND said_words.number = said_words_index.rowid AND {having}",
        f"{counted} said_words WHERE words @@ CAST($1 AS tsquery) AND {having}",
    )


def match_words(terms: Iterable[Term], *, is_postgres: bool) -> str:
    """Write what is asked of the index: all of these, which are letters and digits."""
    if is_postgres:
        return " & ".join(f"'{t.text}'{':*' if t.is_prefix else ''}" for t in terms)
    return " AND ".join(f'"{t.text}"{" *" if t.is_prefix else ""}' for t in terms)

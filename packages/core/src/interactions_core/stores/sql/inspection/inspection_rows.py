"""What is read of the tables by whoever looks inside, in SQL that databases share.

Nothing here writes, and no list reads a column with content. By an index of its own,
which is a part without tables: an older release beside this one does not know it, and
a store that lacks it is slower and nothing else.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from interactions_core.records.conversations import Content, ConversationId
from interactions_core.records.costs import Costs
from interactions_core.records.inspection.conversation_drafts import Draft, Node
from interactions_core.records.interactions import Scope
from interactions_core.stores.listing import Amount, Newest
from interactions_core.stores.sql import rows
from interactions_core.stores.sql.interactions import record_rows
from interactions_core.stores.sql.jobs import job_rows
from interactions_core.stores.sql.spending import charge_rows
from interactions_core.stores.sql.spending.charge_rows import costs_from_row
from interactions_core.stores.sql.statements import Dialects, Statement, in_dialects
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

_OWN: Final = "credential, session_id, thread_id"


def list_threads(names: Sequence[str]) -> str:
    """Write the query of threads without sums, of a reason and what the names are.

    Args:
        names: The columns whose values are `$2`, `$3`, ...
    """
    return f"""SELECT {_OWN}, count(*), min(created_at), max(created_at),
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


_NODE: Final = f"{_OWN}, key, created_at, reason, parent_id, base_key"

HAVING: Final = in_dialects(f"""SELECT DISTINCT {_OWN} FROM interactions
WHERE thread_id <> '' AND key IN (SELECT value FROM {{texts}})""")

_NEWEST: Final = (
    "i.credential, i.session_id, i.thread_id, i.key, i.reason, i.stored, i.gone, "
    "i.expires_at"
)

NEWEST: Final = f"""SELECT {_NEWEST} FROM (
    SELECT {_OWN}, max(created_at) AS newest FROM interactions
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

_CHARGES: Final = """sum(searches), sum(picousd),
sum(CASE WHEN place = 0 THEN 1 ELSE 0 END),
count(DISTINCT CASE WHEN picousd IS NULL THEN entry END),
sum(CASE WHEN place = 0 AND sent_again = 1 THEN 1 ELSE 0 END),
sum(CASE WHEN sent_again = 1 THEN picousd ELSE 0 END),
count(DISTINCT CASE WHEN sent_again = 1 AND picousd IS NULL THEN entry END)"""
"""What is added to sums of the ledger; every entry with charges has one of place 0."""

_UNCHARGED: Final = (0,) * 7


class Sums(NamedTuple):
    """Queries of what turns took and cost.

    Two of them: joined first and added up then, in one, PostgreSQL takes each entry for
    rare, and looks for it in all charges.

    Attributes:
        width: How many columns they begin with that say whose.
        ledger: The sums of the ledger.
        charges: Those of the charges, for stores that have any.
    """

    width: int
    ledger: Statement
    charges: Statement


def _sums(columns: Sequence[str], where: str, *, of: str = "") -> Sums:
    """Write both; `of` is what the ledger is joined with."""
    whose = "".join(f"ledger.{column}, " for column in columns)
    keys = ", ".join(str(number) for number in range(1, len(columns) + 1))
    groups = f" GROUP BY {keys}" if keys else ""
    own = f"{of}ledger"
    charged = f"{own} CROSS JOIN charges WHERE {charge_rows.JOINED} AND {where}"
    return Sums(
        len(columns),
        in_dialects(
            f"SELECT {whose}{charge_rows.LEDGER_SUMS} FROM {own} WHERE {where}{groups}"
        ),
        in_dialects(f"SELECT {whose}{_CHARGES} FROM {charged}{groups}"),
    )


WHOLE_COSTS: Final = _sums((), "1 = 1")

_BY_TARGET: Final = (*_OWN.split(", "), "target")
_OF_GIVEN: Final = GIVEN.format("ledger")
_LOOSE_KEYS: Final = (
    "ledger.thread_id = '' AND ledger.key IN (SELECT value FROM {texts})"
)

COSTS_OF: Final = _sums(_BY_TARGET, _OF_GIVEN, of="{scopes} CROSS JOIN ")
"""Of these threads, by scope and target."""

TOTAL_OF: Final = _sums((), _OF_GIVEN, of="{scopes} CROSS JOIN ")
"""Of these threads together."""

THREAD_COSTS: Final = _sums(_BY_TARGET, "ledger.thread_id <> ''")
"""Of all threads, by scope and target."""

LOOSE_COSTS: Final = _sums((*_OWN.split(", "), "key", "target"), _LOOSE_KEYS)
"""Of these interactions that are in no thread."""

LOOSE_TOTAL: Final = _sums(_OWN.split(", "), _LOOSE_KEYS)
"""The same, by scope."""

_LEDGER_OWN: Final = "ledger.credential, ledger.session_id, ledger.thread_id"

TARGETS: Final = f"""SELECT DISTINCT {_OWN}, '', target FROM ledger
WHERE thread_id <> ''
UNION ALL SELECT {_OWN}, key, target FROM ledger WHERE thread_id = ''"""
"""What was asked in each thread, and by each interaction that is in none."""

# PostgreSQL takes what both tables have for rare, and sorts it all; not what one has.
_PICOUSD: Final = f"""SELECT {_LEDGER_OWN}, '', sum(picousd)
FROM ledger LEFT JOIN charges ON {charge_rows.JOINED}
WHERE ledger.thread_id <> '' GROUP BY 1, 2, 3
UNION ALL SELECT {_LEDGER_OWN}, ledger.key, picousd
FROM ledger LEFT JOIN charges ON {charge_rows.JOINED} WHERE ledger.thread_id = ''"""
"""What is known of the cost of those; null where nothing is."""


def _amount(of_many: str, of_one: str) -> str:
    """Write what the ledger says of each thread, and of what is in none."""
    return f"""SELECT {_OWN}, '', {of_many} FROM ledger WHERE thread_id <> ''
GROUP BY credential, session_id, thread_id
UNION ALL SELECT {_OWN}, key, {of_one} FROM ledger WHERE thread_id = ''"""


AMOUNTS: Final[Mapping[Amount, str]] = {
    "cost": _PICOUSD,
    "tokens": _amount("sum(total_tokens)", "total_tokens"),
    "turns": _amount("count(*)", "1"),
}

UNANSWERED: Final = f"""SELECT {_OWN}, target, sum(creates) FROM unanswered
WHERE thread_id <> '' GROUP BY credential, session_id, thread_id, target"""

RECORDED_AT: Final = f"""SELECT created_at FROM interactions
WHERE {rows.SCOPE} AND key = $4"""

_IN_ORDER: Final = "ORDER BY created_at, key {by_bytes}"


def list_records(*, is_behind: bool, limit: int | None) -> Dialects:
    """Write the query of records of a thread, in order, behind a time and key."""
    behind = " AND created_at >= $4 AND (created_at > $4 OR key {by_bytes} > $5)"
    most = "" if limit is None else f" LIMIT {int(limit)}"
    return in_dialects(
        f"{record_rows.WITHOUT_CONTENT} WHERE {rows.SCOPE}{behind if is_behind else ''} "
        f"{_IN_ORDER}{most}"
    )


_THESE: Final = """credential = $2 AND session_id = $3 AND thread_id = $4
AND key IN (SELECT value FROM {texts})"""

THESE_RECORDS: Final = in_dialects(
    f"{record_rows.WITHOUT_CONTENT} WHERE {_THESE} {_IN_ORDER}"
)

BIRTHS_BETWEEN: Final = record_rows.FIND_BIRTHS.format(
    where=f"{rows.SCOPE} AND created_at >= $4 AND created_at <= $5"
)

KNOWN: Final = in_dialects(f"SELECT key FROM interactions WHERE {_THESE}")

OF_THESE: Final = in_dialects(""" WHERE ledger.credential = $2
AND ledger.session_id = $3 AND ledger.thread_id = $4
AND ledger.key IN (SELECT value FROM {texts})""")
"""Which entries of the ledger are those of some interactions of a scope."""

OF_ALL: Final = """ WHERE ledger.credential = $1 AND ledger.session_id = $2
AND ledger.thread_id = $3"""
"""Which are those of a scope."""

_RUNS: Final = in_dialects(""" WHERE credential = $2 AND session_id = $3
AND thread_id = $4 AND interaction_id IN (SELECT value FROM {texts})
ORDER BY created_at, key""")

JOBS_OF_ALL: Final = f"""{job_rows.LIST} WHERE credential = $1 AND session_id = $2
AND thread_id = $3 ORDER BY created_at, key"""

JOBS_OF: Final = Dialects(*(f"{job_rows.LIST}{where}" for where in _RUNS))

CONTENTS: Final = in_dialects(
    f"SELECT key, sent, held, extra FROM interactions WHERE {_THESE}"
)


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


# As above.
def costs_from_rows(
    width: int, ledger: Sequence[Sequence[Any]], charges: Sequence[Sequence[Any]]
) -> list[tuple[tuple[str, ...], Costs]]:
    """Put the rows of both queries of `Sums` together: whose, and how much."""
    charged = {tuple(row[:width]): row[width:] for row in charges}
    return [
        (
            tuple(row[:width]),
            _costs(row[width:], charged.get(tuple(row[:width]), _UNCHARGED)),
        )
        for row in ledger
    ]


# As above.
def _costs(ledger: Sequence[Any], charges: Sequence[Any]) -> Costs:
    turns = int(ledger[0])
    searches, picousd, charged, unknown, again, again_picousd, again_unknown = charges
    unpriced = turns - int(charged or 0) + int(unknown)
    sums = (*ledger[7:13], picousd, unpriced, again, again_picousd, again_unknown)
    return costs_from_row((turns, *ledger[1:7], searches, *sums))


# As above.
def content_from_row(row: Sequence[Any]) -> tuple[str, Content]:
    """Read a row of `CONTENTS`."""
    return row[0], Content(
        sent=tuple(json.loads(row[1])),
        synthetic=tuple(json.loads(row[3])["synthetic"]),
        held=tuple(json.loads(row[2])),
    )


def as_scopes(names: Iterable[Scope]) -> str:
    """Write scopes as `{scopes}` takes them; see `is_plain`."""
    return json.dumps([rows.scope_row(name) for name in names])


def is_plain(scope: Scope) -> bool:
    """Tell whether a scope is in JSON what it is in a table: one store escapes some."""
    return all(text.isprintable() for text in rows.scope_row(scope))

"""The tables of what answers took and cost, in SQL that databases share.

A part of its own: an older release beside this one does not know it, and goes on. It
writes entries without charges, and leaves the charges of a thread that it deletes:
they hold no content, belong to no entry any more, and go when this release deletes the
thread.
"""

import json
from collections.abc import Sequence
from typing import Any, Final

from interactions_core.records.charges import KINDS, Charge, Price, Unanswered
from interactions_core.records.costs import SENT_AGAIN, SENT_ANYWAY, CostBy, Costs
from interactions_core.records.interactions import LedgerEntry, Scope
from interactions_core.stores.sql.rows import as_json
from interactions_core.stores.sql.statements import (
    Dialects,
    in_dialects,
    placeholders,
)
from interactions_core.usage import Usage

PART: Final = "charges"
"""The name under which schema versions of these tables are counted."""

_TOKENS: Final = ", ".join(KINDS)

MIGRATIONS: Final = (
    (
        in_dialects(f"""CREATE TABLE charges (
            entry {{integer}} NOT NULL, place {{integer}} NOT NULL,
            thread_id TEXT NOT NULL, key TEXT NOT NULL,
            job TEXT NOT NULL, sent_again {{integer}} NOT NULL,
            interaction_id TEXT NOT NULL, model TEXT NOT NULL, tier TEXT NOT NULL,
            asked_at {{real}} NOT NULL, given_up {{integer}} NOT NULL,
            {", ".join(f"{kind} {{integer}}" for kind in KINDS)},
            searches {{integer}}, tools TEXT NOT NULL, modalities TEXT NOT NULL,
            picousd {{integer}}, prices TEXT NOT NULL, unpriced TEXT NOT NULL,
            PRIMARY KEY (entry, place)
        ) {{by_key}}"""),
        "CREATE INDEX charges_by_thread ON charges (thread_id)",
        in_dialects("""CREATE TABLE unanswered (
            number {row_number},
            credential TEXT NOT NULL, session_id TEXT NOT NULL, thread_id TEXT NOT NULL,
            target TEXT NOT NULL, noted_at {real} NOT NULL, what TEXT NOT NULL,
            creates {integer} NOT NULL, interaction_id TEXT NOT NULL
        )"""),
        "CREATE INDEX unanswered_by_thread ON unanswered (thread_id)",
    ),
)

_WRITTEN: Final = (
    "place, thread_id, key, job, sent_again, interaction_id, model, tier, asked_at, "
    f"given_up, {_TOKENS}, searches, tools, modalities, picousd, prices, unpriced"
)

_SET: Final = ", ".join(f"{name} = excluded.{name}" for name in _WRITTEN.split(", "))

_COUNT: Final = len(_WRITTEN.split(", "))


INSERT: Final = (
    f"INSERT INTO charges (entry, {_WRITTEN}) VALUES ({placeholders(_COUNT + 1)}) "
    # A file may give the number of an entry that was deleted to another one.
    f"ON CONFLICT (entry, place) DO UPDATE SET {_SET}"
)

_READ: Final = (
    "place, job, sent_again, interaction_id, model, tier, asked_at, given_up, "
    f"{_TOKENS}, tools, modalities, picousd, prices, unpriced"
)

JOINED: Final = "charges.entry = ledger.number AND charges.key = ledger.key"
"""The key as well: a file may give the number of a deleted entry to another one."""

UNSETTLED: Final = f"""SELECT ledger.number, charges.place, charges.job,
    charges.sent_again
FROM ledger CROSS JOIN charges WHERE ledger.credential = $1 AND ledger.session_id = $2
AND ledger.thread_id = $3 AND ledger.key = $4 AND {JOINED}
AND charges.interaction_id = ledger.key AND charges.total_tokens IS NULL
ORDER BY ledger.number DESC, charges.place LIMIT 1"""
"""The entry of an answer of which nobody could say what it took; see `settling`."""

SETTLE: Final = (
    "UPDATE ledger SET status = $2, "
    + ", ".join(f"{kind} = {kind} + ${n}" for n, kind in enumerate(KINDS, 3))
    + " WHERE number = $1"
)

DELETE_THREAD: Final = "DELETE FROM charges WHERE thread_id = $1"

NOTE_UNANSWERED: Final = (
    "INSERT INTO unanswered (credential, session_id, thread_id, target, noted_at, what,"
    f" creates, interaction_id) VALUES ({placeholders(8)})"
)

DELETE_UNANSWERED: Final = "DELETE FROM unanswered WHERE thread_id = $1"


def about(
    table: str, time: str, names: Sequence[str], *, since: bool, until: bool
) -> str:
    """Write which rows of a table are meant; the values come in this order."""
    given = [f"{table}.{name} = " for name in names]
    given += [f"{table}.{time} >= "] * since + [f"{table}.{time} < "] * until
    conditions = [f"{each}${number}" for number, each in enumerate(given, 1)]
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def list_charges(where: str) -> str:
    """Write the query of the charges of entries, with the number of each entry."""
    columns = ", ".join(f"charges.{name}" for name in _READ.split(", "))
    return (
        f"SELECT ledger.number, {columns} FROM ledger CROSS JOIN charges"
        f"{where}{' AND ' if where else ' WHERE '}{JOINED} "
        "ORDER BY charges.entry, charges.place"
    )


def list_unanswered(where: str) -> str:
    """Write the query of what was not answered."""
    return (
        "SELECT credential, session_id, thread_id, target, noted_at, what, creates, "
        f"interaction_id FROM unanswered{where} ORDER BY number"
    )


def charge_rows(
    number: int, scope: Scope, entry: LedgerEntry
) -> list[tuple[object, ...]]:
    """Return the values of `INSERT` for what an entry took, by its number."""
    return [
        (
            number,
            place,
            scope.thread_id,
            entry.key,
            entry.job,
            int(entry.sent_again),
            charge.interaction_id,
            charge.model,
            charge.tier,
            charge.asked_at,
            int(charge.given_up),
            *(getattr(charge, kind) for kind in KINDS),
            charge.searches,
            as_json(charge.tools),
            as_json(charge.modalities),
            charge.price.picousd,
            charge.price.prices,
            charge.price.reason,
        )
        for place, charge in enumerate(entry.charges)
    ]


# Databases hand out untyped rows.
def charge_from_row(row: Sequence[Any]) -> tuple[Charge, str, bool]:
    """Read a row of `list_charges`, without its number: charge, job, sent again."""
    counts = dict(zip(KINDS, row[8:14], strict=True))
    charge = Charge(
        interaction_id=row[3],
        model=row[4],
        tier=row[5],
        asked_at=row[6],
        given_up=bool(row[7]),
        tools=json.loads(row[14]),
        modalities=json.loads(row[15]),
        price=Price(picousd=row[16], prices=row[17], reason=row[18]),
        **counts,
    )
    return charge, row[1], bool(row[2])


# As above.
def unanswered_from_row(row: Sequence[Any]) -> tuple[Scope, Unanswered]:
    """Read a row of `list_unanswered`."""
    return Scope(*row[:3]), Unanswered(
        target=row[3], at=row[4], what=row[5], creates=row[6], interaction_id=row[7]
    )


def unanswered_row(scope: Scope, lost: Unanswered) -> tuple[object, ...]:
    """Return the values of `NOTE_UNANSWERED`."""
    whose = (scope.credential, scope.session_id, scope.thread_id)
    return (*whose, lost.target, lost.at, lost.what, lost.creates, lost.interaction_id)


_OF_ENTRY: Final = """SELECT entry, key, min(job) AS job, max(sent_again) AS again,
    sum(searches) AS searches, sum(picousd) AS picousd,
    sum(CASE WHEN picousd IS NULL THEN 1 ELSE 0 END) AS unknown
    FROM charges{about} GROUP BY entry, key"""

_UNPRICED: Final = "(charges.entry IS NULL OR charges.unknown > 0)"

_TURNS: Final = ("count(*)", *(f"sum({kind})" for kind in KINDS))

_SENT: Final = (
    *("sum(steps_sent)", "sum(bytes_sent)", "sum(replay_steps)", "sum(replay_bytes)"),
    *("sum(attempts)", "sum(maybe_billed)"),
)

LEDGER_SUMS: Final = ", ".join((*_TURNS, *_SENT))
"""What the ledger says without the charges: turns, tokens, then what was sent."""

_SUMS: Final = (
    *_TURNS,
    "sum(charges.searches)",
    *_SENT,
    "sum(charges.picousd)",
    f"sum(CASE WHEN {_UNPRICED} THEN 1 ELSE 0 END)",
    "sum(charges.again)",
    "sum(CASE WHEN charges.again = 1 THEN charges.picousd ELSE 0 END)",
    f"sum(CASE WHEN charges.again = 1 AND {_UNPRICED} THEN 1 ELSE 0 END)",
)
"""The values of `Costs`, in its order."""

_AGENT: Final = "CASE WHEN {0}.target LIKE 'agent:%' THEN {0}.target ELSE '' END"

_DAY: Final = Dialects(
    "strftime('%Y-%m-%d', {0}.{1}, 'unixepoch')",
    "to_char(to_timestamp({0}.{1}) AT TIME ZONE 'UTC', 'YYYY-MM-DD')",
)

_KEYS: Final[dict[str, str | Dialects]] = {
    "session": "{0}.session_id",
    "thread": "{0}.thread_id",
    "session_thread": "length({0}.session_id) || ':' || {0}.session_id || {0}.thread_id",
    "model": "{0}.target",
    "agent": _AGENT,
    "day": _DAY,
}
"""What turns are grouped by, for `str.format` with a table and its column of time."""

_TOLD_REASON: Final = f"""ledger.reason || CASE WHEN charges.again = 1
    AND ledger.reason NOT IN ({", ".join(f"'{each}'" for each in SENT_ANYWAY)})
    THEN '{SENT_AGAIN}' ELSE '' END"""
"""As `told_reason` names it."""

_OF_TURN: Final = {
    "job": "coalesce(charges.job, '')",
    "reason": "ledger.reason",
    "reason_again": _TOLD_REASON,
}
"""What the ledger alone is grouped by."""

_OF_LOST: Final = {"job": "''", "reason": "'root'", "reason_again": "'root'"}
"""The same of what was not answered."""


def sum_costs(groups: Sequence[CostBy], names: Sequence[str], where: str) -> Dialects:
    """Write the query of costs in groups of one or more kinds, in one reading.

    Its rows are the number of the kind, the key, then the values of `Costs`.

    Args:
        groups: What the turns are grouped by.
        names: The columns whose values are `$1`, `$2`, ...
        where: Which turns, as `about` writes it.
    """
    # What is left out of the charges of all threads need not be added up.
    thread = {name: number for number, name in enumerate(names, 1)}.get("thread_id")
    of_entry = _OF_ENTRY.format(about=f" WHERE thread_id = ${thread}" if thread else "")
    read = f"FROM ledger LEFT JOIN ({of_entry}) AS charges ON {JOINED}{where}"
    keys = [
        _in_both(_OF_TURN.get(by) or _KEYS[by], "ledger", "created_at") for by in groups
    ]
    return Dialects(*(_sum_groups(each, read) for each in zip(*keys, strict=True)))


def _sum_groups(keys: Sequence[str], read: str) -> str:
    """Add up what has all keys in common first: that is far less than there are turns."""
    named = [f"{key} AS key_{number}" for number, key in enumerate(keys)]
    values = [f"{value} AS sum_{number}" for number, value in enumerate(_SUMS)]
    sums = ", ".join(f"sum(sum_{number})" for number in range(len(_SUMS)))
    numbers = ", ".join(str(number) for number, _ in enumerate(keys, 1))
    parts = [
        f"SELECT {number}, key_{number}, {sums} FROM parts GROUP BY key_{number}"
        for number, _ in enumerate(keys)
    ]
    return (
        f"WITH parts AS (SELECT {', '.join([*named, *values])} {read} "
        f"GROUP BY {numbers}) {' UNION ALL '.join(parts)}"
    )


def sum_unanswered(by: CostBy, where: str) -> Dialects:
    """Write the query of what may have been billed beside the ledger, in groups."""
    key = _OF_LOST.get(by) or _KEYS[by]
    return Dialects(
        *(
            f"SELECT {each}, sum(creates) FROM unanswered{where} GROUP BY 1"
            for each in _in_both(key, "unanswered", "noted_at")
        )
    )


def count_prices(where: str) -> str:
    """Write the query of which prices were used, and why others are unknown."""
    return (
        "SELECT charges.prices, charges.unpriced, charges.picousd IS NULL, "
        "charges.entry IS NULL, count(DISTINCT ledger.number) FROM ledger "
        f"LEFT JOIN charges ON {JOINED}{where} GROUP BY 1, 2, 3, 4"
    )


def costs_from_row(row: Sequence[Any]) -> Costs:
    """Read a row of `sum_costs`, without its key."""
    values = [int(value or 0) for value in row]
    turns, tokens, others = values[0], values[1:7], values[7:]
    return Costs(
        turns=turns,
        usage=Usage(*tokens),
        searches=others[0],
        steps_sent=others[1],
        bytes_sent=others[2],
        replay_steps=others[3],
        replay_bytes=others[4],
        attempts=others[5],
        maybe_billed=others[6],
        picousd=others[7],
        unpriced=others[8],
        sent_again=others[9],
        again_picousd=others[10],
        again_unpriced=others[11],
    )


def _in_both(key: str | Dialects, table: str, time: str) -> Dialects:
    """Write a key of groups for each database."""
    both = key if isinstance(key, Dialects) else Dialects(key, key)
    return Dialects(*(each.format(table, time) for each in both))

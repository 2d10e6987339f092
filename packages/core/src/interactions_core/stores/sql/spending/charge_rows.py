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
from interactions_core.records.interactions import LedgerEntry, Scope
from interactions_core.stores.sql.rows import as_json
from interactions_core.stores.sql.statements import in_dialects, placeholders

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

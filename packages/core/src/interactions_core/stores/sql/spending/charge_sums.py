"""What a ledger comes to, added up by its groups in SQL that databases share."""

from collections.abc import Sequence
from typing import Any, Final

from interactions_core.records.charges import KINDS
from interactions_core.records.costs import SENT_AGAIN, SENT_ANYWAY, CostBy, Costs
from interactions_core.stores.sql.spending.charge_rows import JOINED
from interactions_core.stores.sql.statements import Dialects
from interactions_core.usage import Usage

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

"""What conversations took and cost, added up in SQL that databases share."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from interactions_core.records.costs import Costs
from interactions_core.stores.listing import Amount
from interactions_core.stores.sql.inspection.inspection_rows import GIVEN, OWN
from interactions_core.stores.sql.spending import charge_rows, charge_sums
from interactions_core.stores.sql.spending.charge_sums import costs_from_row
from interactions_core.stores.sql.statements import Statement, in_dialects

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
            f"SELECT {whose}{charge_sums.LEDGER_SUMS} FROM {own} WHERE {where}{groups}"
        ),
        in_dialects(f"SELECT {whose}{_CHARGES} FROM {charged}{groups}"),
    )


WHOLE_COSTS: Final = _sums((), "1 = 1")

_BY_TARGET: Final = (*OWN.split(", "), "target")
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

LOOSE_COSTS: Final = _sums((*OWN.split(", "), "key", "target"), _LOOSE_KEYS)
"""Of these interactions that are in no thread."""

LOOSE_TOTAL: Final = _sums(OWN.split(", "), _LOOSE_KEYS)
"""The same, by scope."""

_LEDGER_OWN: Final = "ledger.credential, ledger.session_id, ledger.thread_id"

TARGETS: Final = f"""SELECT DISTINCT {OWN}, '', target FROM ledger
WHERE thread_id <> ''
UNION ALL SELECT {OWN}, key, target FROM ledger WHERE thread_id = ''"""
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
    return f"""SELECT {OWN}, '', {of_many} FROM ledger WHERE thread_id <> ''
GROUP BY credential, session_id, thread_id
UNION ALL SELECT {OWN}, key, {of_one} FROM ledger WHERE thread_id = ''"""


AMOUNTS: Final[Mapping[Amount, str]] = {
    "cost": _PICOUSD,
    "tokens": _amount("sum(total_tokens)", "total_tokens"),
    "turns": _amount("count(*)", "1"),
}

UNANSWERED: Final = f"""SELECT {OWN}, target, sum(creates) FROM unanswered
WHERE thread_id <> '' GROUP BY credential, session_id, thread_id, target"""


# Databases hand out untyped rows.
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

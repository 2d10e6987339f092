"""The tables of budgets and reservations, in SQL that databases share.

A part of its own: an older release beside this one does not know it, and goes on
without budgets.
"""

from typing import Final

from interactions_core.protocol.retention import DAY_S
from interactions_core.stores.sql.statements import Dialects, in_dialects

PART: Final = "budgets"
"""The name under which schema versions of these tables are counted."""

MIGRATIONS: Final = (
    (
        in_dialects("""CREATE TABLE budgets (
            name TEXT NOT NULL PRIMARY KEY,
            spent_picousd {integer} NOT NULL, spent_tokens {integer} NOT NULL
        ) {by_key}"""),
        in_dialects("""CREATE TABLE reservations (
            key TEXT NOT NULL PRIMARY KEY, budget TEXT NOT NULL,
            picousd {integer} NOT NULL, tokens {integer} NOT NULL,
            holder TEXT NOT NULL, lease_until {real} NOT NULL
        ) {by_key}"""),
        "CREATE INDEX reservations_by_budget ON reservations (budget)",
    ),
)

ADD_BUDGET: Final = """INSERT INTO budgets (name, spent_picousd, spent_tokens)
VALUES ($1, 0, 0) ON CONFLICT (name) DO NOTHING"""

_SPENT = "SELECT spent_picousd, spent_tokens FROM budgets WHERE name = $1"

SPENT: Final = _SPENT

LOCK: Final = Dialects(_SPENT, f"{_SPENT} FOR UPDATE")
"""How a budget stands, and nobody else changes it until this transaction is over."""

RESERVED: Final = """SELECT key, picousd, tokens, holder, lease_until
FROM reservations WHERE budget = $1"""

FIND: Final = """SELECT key, budget, picousd, tokens, holder, lease_until
FROM reservations WHERE key = $1"""

LIST: Final = "SELECT name, spent_picousd, spent_tokens FROM budgets"

LIST_RESERVED: Final = """SELECT key, budget, picousd, tokens, holder, lease_until
FROM reservations"""

RESERVE: Final = """INSERT INTO reservations
(key, budget, picousd, tokens, holder, lease_until) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (key) DO UPDATE SET budget = excluded.budget, picousd = excluded.picousd,
tokens = excluded.tokens, holder = excluded.holder, lease_until = excluded.lease_until"""

END: Final = "DELETE FROM reservations WHERE key = $1"

SPEND: Final = """UPDATE budgets SET spent_picousd = spent_picousd + $2,
spent_tokens = spent_tokens + $3 WHERE name = $1"""

_DAY: Final = Dialects(f"CAST({{0}} / {DAY_S} AS INTEGER)", f"floor({{0}} / {DAY_S})")


def list_askers(table: str, at: str) -> Dialects:
    """Write the query of who stands in a table, and on which days since the epoch.

    Args:
        table: The table, with the columns of a scope.
        at: Its column of the time.
    """
    return Dialects(
        *(
            "SELECT DISTINCT credential, session_id, thread_id, "
            f"{day.format(at)} FROM {table}"
            for day in _DAY
        )
    )

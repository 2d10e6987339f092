"""Budgets in a SQL database, for the stores that have one."""

from collections.abc import Sequence
from typing import Any, Final

from interactions_core.process.owners import is_dead
from interactions_core.protocol.retention import DAY_S
from interactions_core.records.interactions import Scope
from interactions_core.records.spending.budgets import (
    Amount,
    Budget,
    Reservation,
    Spending,
)
from interactions_core.stores.sql.database import SqlConnection, SqlDatabase
from interactions_core.stores.sql.schema.contracts import has_table
from interactions_core.stores.sql.spending import budget_rows

_ASKING: Final = {
    "ledger": "created_at",
    "unanswered": "noted_at",
    "jobs": "created_at",
}
"""The tables that tell who has asked, and their columns of the time."""


class SqlBudgetMixin:
    """The methods about budgets of a store over its own `database`."""

    database: SqlDatabase

    def reserve(
        self, reservation: Reservation, budget: Budget, *, now: float
    ) -> tuple[str, Spending]:
        """Put something aside for a call, if the budget has room for it."""
        name, amount = reservation.budget, reservation.amount
        with self.database.writing() as db:
            db.execute(budget_rows.ADD_BUDGET, (name,))
            spent = Amount(*_row(db, name))
            held = Spending(spent)
            found = db.execute(budget_rows.RESERVED, (name,)).fetchall()
            for key, picousd, tokens, holder, lease_until in found:
                if lease_until <= now or is_dead(holder):
                    db.execute(budget_rows.END, (key,))
                elif key != reservation.key:
                    reserved = held.reserved + Amount(picousd, tokens)
                    held = Spending(spent, reserved, held.calls + 1)
            refused = held.takes(amount, budget)
            if not refused:
                values = (reservation.key, name, amount.picousd, amount.tokens)
                whose = (reservation.holder, reservation.lease_until)
                db.execute(budget_rows.RESERVE, (*values, *whose))
        return refused, held

    def settle(self, key: str, budget: str, spent: Amount) -> None:
        """Count what a call has cost, and end its reservation."""
        with self.database.writing() as db:
            db.execute(budget_rows.ADD_BUDGET, (budget,))
            # In the order in which a reservation is made.
            _row(db, budget)
            db.execute(budget_rows.END, (key,))
            if spent != Amount():
                values = (budget, spent.picousd, spent.tokens)
                db.execute(budget_rows.SPEND, values)

    def spending(self, budget: str) -> Spending:
        """Return how a budget stands."""
        with self.database.reading() as db:
            spent = db.execute(budget_rows.SPENT, (budget,)).fetchone() or (0, 0)
            held = db.execute(budget_rows.RESERVED, (budget,)).fetchall()
        reserved = sum((Amount(row[1], row[2]) for row in held), Amount())
        return Spending(Amount(*spent), reserved, len(held))

    def reservation(self, key: str) -> Reservation | None:
        """Return what is put aside under a name."""
        with self.database.reading() as db:
            row = db.execute(budget_rows.FIND, (key,)).fetchone()
        return None if row is None else _reservation(row)

    def list_budgets(self) -> list[tuple[str, Amount]]:
        """Return what was spent of each budget, by its name."""
        with self.database.reading() as db:
            found: list[tuple[str, int, int]] = [
                (row[0], row[1], row[2])
                for row in db.execute(budget_rows.LIST).fetchall()
            ]
        return [(name, Amount(*spent)) for name, *spent in sorted(found)]

    def list_reservations(self) -> list[Reservation]:
        """Return all that is put aside."""
        with self.database.reading() as db:
            found = db.execute(budget_rows.LIST_RESERVED).fetchall()
        return sorted(map(_reservation, found), key=lambda each: each.key)

    def list_askers(self) -> list[tuple[Scope, float]]:
        """Return who has asked, and on which days."""
        found: set[tuple[Scope, float]] = set()
        with self.database.surveying() as db:
            for table, at in _ASKING.items():
                if has_table(db, table):
                    asked = db.execute(budget_rows.list_askers(table, at)).fetchall()
                    found.update((Scope(*row[:3]), row[3] * DAY_S) for row in asked)
        return [*found]


# Databases hand out untyped rows.
def _reservation(row: Sequence[Any]) -> Reservation:
    return Reservation(
        key=row[0],
        budget=row[1],
        amount=Amount(row[2], row[3]),
        holder=row[4],
        lease_until=row[5],
    )


def _row(db: SqlConnection, name: str) -> tuple[int, int]:
    """Lock a budget and return what was spent of it."""
    picousd, tokens = db.execute(budget_rows.LOCK, (name,)).fetchone()
    return int(picousd), int(tokens)

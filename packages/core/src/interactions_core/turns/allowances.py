"""The budgets that hold for a turn, and where each is kept.

One may be shared with everybody who has the session store, and one may be of the object
that asks. Both are asked in the same way; see `budgeting`.
"""

from dataclasses import dataclass
from typing import Final

from interactions_core.process.owners import process_id
from interactions_core.records.interactions import Scope
from interactions_core.records.spending.budgets import (
    DEFAULT_LEASE_S,
    Amount,
    Budget,
    Reservation,
    Spending,
    budget_name,
)
from interactions_core.stores.protocols.budgets import BudgetStore

RUN_SLACK_S: Final = 3_600.0
"""For how long after its deadline a run holds what was put aside for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """A budget and where it is kept.

    Attributes:
        budget: The limits.
        store: Where it is kept.
        owner: What it is of, in words, if it is of one object: then a call takes what
            is left where that is less than what it may cost. "" for a budget that is
            shared.
    """

    budget: Budget
    store: BudgetStore
    owner: str = ""

    def row(self, scope: Scope, now: float) -> str:
        """Name its row; "" for none, where nothing adds up over calls."""
        if self.owner:
            return self.owner
        if self.budget.per == "call":
            return ""
        return budget_name(self.budget, scope, now)

    def whose(self, scope: Scope) -> str:
        """Say whose it is."""
        return (
            self.owner
            or {
                "call": "a call",
                "thread": f"thread {scope.thread_id!r}",
                "session": f"session {scope.session_id!r}",
                "day": "the day",
            }[self.budget.per]
        )

    def reserve(self, held: Reservation, now: float) -> tuple[str, Spending]:
        """Put something aside; see `BudgetStore.reserve`."""
        if not held.budget:
            return Spending().takes(held.amount, self.budget), Spending()
        return self.store.reserve(held, self.budget, now=now)

    def fitted(self, amount: Amount, row: str) -> Amount:
        """Return what a call puts aside that may cost this much."""
        most = self.budget.max_total_tokens
        if not self.owner or most is None:
            return amount
        stands = self.store.spending(row)
        left = most - stands.spent.tokens - stands.reserved.tokens
        # With nothing left it asks for something, and is refused.
        return Amount(amount.picousd, max(1, min(amount.tokens, left)))


def reservation(
    key: str, row: str, amount: Amount, now: float, held_s: float, *, is_run: bool
) -> Reservation:
    """Describe what is put aside for a call, or for a run in the background."""
    return Reservation(
        key=key,
        budget=row,
        amount=amount,
        # A run goes on without the process that began it.
        holder="" if is_run else process_id(),
        lease_until=now + held_s,
    )


def lease_s(budget: Budget, deadline_s: float, *, is_run: bool) -> float:
    """Return for how long a call holds what is put aside for it, in seconds.

    Longer than the call can last, whatever its budget says; it is not renewed.

    Args:
        budget: The budget.
        deadline_s: How long a run in the background may take.
        is_run: Whether it is one, which may be cancelled late.
    """
    longest = deadline_s + RUN_SLACK_S if is_run else deadline_s
    return max(budget.lease_s, longest, DEFAULT_LEASE_S)

"""What a session store does with budgets.

Holds the contract only. The same objects keep the sessions; see `protocols`.
"""

from typing import Protocol

from interactions_core.records.interactions import Scope
from interactions_core.records.spending.budgets import (
    Amount,
    Budget,
    Reservation,
    Spending,
)


class BudgetStore(Protocol):
    """Keeps what was spent of budgets, and what is put aside for calls under way.

    Every method may be called from any thread and any process. A method either does
    all of its work or raises `StoreError` and does none of it. Those who change one
    budget take turns; nobody else waits for them but in a file, which has one lock.
    """

    def reserve(
        self, reservation: Reservation, budget: Budget, *, now: float
    ) -> tuple[str, Spending]:
        """Put something aside for a call, if the budget has room for it.

        What a process has put aside that is dead, or whose lease is over, is given back
        first.

        Args:
            reservation: What is put aside.
            budget: The limits.
            now: Epoch seconds.

        Returns:
            Which limit speaks against it, "" if it was put aside; and how the budget
            stood before.
        """
        ...

    def settle(self, key: str, budget: str, spent: Amount) -> None:
        """Count what a call has cost, and end its reservation.

        Counted even where the reservation was given back meanwhile. With nothing spent
        it is only ended.

        Args:
            key: The reservation.
            budget: The name of its budget.
            spent: What the call has cost.
        """
        ...

    def spending(self, budget: str) -> Spending:
        """Return how a budget stands."""
        ...

    def reservation(self, key: str) -> Reservation | None:
        """Return what is put aside under a name."""
        ...

    def list_budgets(self) -> list[tuple[str, Amount]]:
        """Return what was spent of each budget, by its name; sorted."""
        ...

    def list_reservations(self) -> list[Reservation]:
        """Return all that is put aside, also what the next call gives back."""
        ...

    def list_askers(self) -> list[tuple[Scope, float]]:
        """Return who has asked, and on which days, each once, in no order.

        By them it can be told whose a budget is, which goes by a hash. Of what the
        store knows: turns, runs, and what was never answered.

        Returns:
            Each scope with the beginning of a day in UTC, in epoch seconds.
        """
        ...

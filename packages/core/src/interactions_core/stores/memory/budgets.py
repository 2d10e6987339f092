"""Budgets in this process, gone with it."""

from interactions_core.process.forking import Lock
from interactions_core.process.owners import is_dead
from interactions_core.records.spending.budgets import (
    Amount,
    Budget,
    Reservation,
    Spending,
)


class MemoryBudgetMixin:
    """The methods about budgets of a store in memory; one lock, held for an instant."""

    _lock: Lock

    def __init__(self) -> None:
        super().__init__()
        self._spent: dict[str, Amount] = {}
        self._reservations: dict[str, Reservation] = {}

    def reserve(
        self, reservation: Reservation, budget: Budget, *, now: float
    ) -> tuple[str, Spending]:
        """Put something aside for a call, if the budget has room for it."""
        with self._lock:
            for each in [*self._reservations.values()]:
                if each.lease_until <= now or is_dead(each.holder):
                    del self._reservations[each.key]
            held = self._spending(reservation.budget, but=reservation.key)
            refused = held.takes(reservation.amount, budget)
            if not refused:
                self._reservations[reservation.key] = reservation
        return refused, held

    def settle(self, key: str, budget: str, spent: Amount) -> None:
        """Count what a call has cost, and end its reservation."""
        with self._lock:
            self._reservations.pop(key, None)
            self._spent[budget] = self._spent.get(budget, Amount()) + spent

    def spending(self, budget: str) -> Spending:
        """Return how a budget stands."""
        with self._lock:
            return self._spending(budget)

    def reservation(self, key: str) -> Reservation | None:
        """Return what is put aside under a name."""
        with self._lock:
            return self._reservations.get(key)

    def list_budgets(self) -> list[tuple[str, Amount]]:
        """Return what was spent of each budget, by its name."""
        with self._lock:
            names = {each.budget for each in self._reservations.values()}
            names.update(self._spent)
            return [(name, self._spent.get(name, Amount())) for name in sorted(names)]

    def list_reservations(self) -> list[Reservation]:
        """Return all that is put aside."""
        with self._lock:
            return sorted(self._reservations.values(), key=lambda each: each.key)

    def _spending(self, budget: str, but: str = "") -> Spending:
        held = [
            each.amount
            for each in self._reservations.values()
            if each.budget == budget and each.key != but
        ]
        spent = self._spent.get(budget, Amount())
        return Spending(spent, sum(held, Amount()), len(held))

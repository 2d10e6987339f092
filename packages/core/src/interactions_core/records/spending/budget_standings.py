"""How the budgets of a store stand, and whose they are. Pure.

A budget goes by a hash, so that nothing of a deleted thread is left in it. Whose it is
can be told of those that the store still knows by other ways.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from interactions_core.protocol.retention import DAY_S
from interactions_core.records.interactions import Scope
from interactions_core.records.spending.budgets import (
    Amount,
    Budget,
    BudgetPer,
    Reservation,
    Spending,
    begins_anew_at,
    budget_name,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A budget, without its limits, which each program brings.

    Attributes:
        name: Its hash.
        per: What it is for; `None` where nobody can tell.
        scope: Whose it is, as far as it goes by that.
        spent: What was settled.
        held: What is put aside for calls under way.
        begins_at: When it begins anew, in epoch seconds; `None` for never.
    """

    name: str
    per: BudgetPer | None = None
    scope: Scope | None = None
    spent: Amount = field(default_factory=Amount)
    held: tuple[Reservation, ...] = ()
    begins_at: float | None = None

    @property
    def spending(self) -> Spending:
        """The same as sums."""
        reserved = sum((each.amount for each in self.held), Amount())
        return Spending(self.spent, reserved, len(self.held))


def standings(
    spent: Iterable[tuple[str, Amount]],
    held: Iterable[Reservation],
    known: Iterable[tuple[Scope, float]],
) -> list[Standing]:
    """Say how budgets stand; those first that somebody has put something aside of.

    Args:
        spent: What was spent of each, by its name.
        held: What is put aside.
        known: Who has asked, and when, in epoch seconds.
    """
    reservations = list(held)
    whose = _whose(known)
    found = [
        replace(
            whose.get(name, Standing(name=name)),
            spent=amount,
            held=tuple(each for each in reservations if each.budget == name),
        )
        for name, amount in spent
    ]
    return sorted(found, key=lambda each: (-len(each.held), each.per is None))


def _whose(known: Iterable[tuple[Scope, float]]) -> Mapping[str, Standing]:
    asked = {each: None for scope, at in known for each in _each_once(scope, at)}
    found: dict[str, Standing] = {}
    for per, scope, at in asked:
        budget = Budget(per=per)
        name = budget_name(budget, scope, at)
        begins_at = begins_anew_at(budget, at)
        found[name] = Standing(name=name, per=per, scope=scope, begins_at=begins_at)
    return found


def _each_once(scope: Scope, at: float) -> Iterator[tuple[BudgetPer, Scope, float]]:
    """Return whose budgets a call may have been of, as far as their names go by it."""
    yield "thread", scope, 0.0
    yield "session", Scope(scope.credential, scope.session_id, ""), 0.0
    yield "day", Scope(scope.credential, "", ""), at // DAY_S * DAY_S

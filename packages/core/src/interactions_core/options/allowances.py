"""What one object may take, all in all, as an option of it says."""

from typing import Final

from interactions_core.records.spending.budgets import Amount, Budget
from interactions_core.stores import MemoryStore
from interactions_core.turns.allowances import Allowance


class ObjectTokens:
    """What an object has taken, and has put aside; kept in this process.

    Any thread may use it. Beside a budget of the session store, which knows no objects.

    Args:
        owner: What it is of, in words: "this tool".
        spent: What it has taken before, in tokens.
    """

    def __init__(self, owner: str, *, spent: int = 0) -> None:
        self._owner: Final = owner
        self._store: Final = MemoryStore()
        self._store.settle("", owner, Amount(0, spent))

    def within(self, most: int | None, *, run: int) -> Allowance:
        """Return what its calls are asked against, and counted in.

        Args:
            most: What it may take, in tokens; `None` for no limit.
            run: What a run in the background puts aside at most.
        """
        budget = Budget(max_total_tokens=most, max_run_tokens=run)
        return Allowance(budget=budget, store=self._store, owner=self._owner)

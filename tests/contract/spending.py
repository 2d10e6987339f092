"""A process of many that share one budget: it spends until nothing is left."""

import os
import random
import sys
import threading
import uuid

from interactions_core.process.owners import process_id
from interactions_core.records.spending.budgets import Amount, Budget, Reservation
from interactions_core.stores import open_store

BUDGET = Budget(max_total_tokens=20_000)
NAME = "the budget"
MOST = 100
"""What one call puts aside."""

THREADS = 4


def spend(url: str, seed: int, over: int, *, dies: bool) -> None:
    """Reserve and settle in four threads; print what each call costs that is over.

    Args:
        url: The store.
        seed: Of the dice.
        over: By how much a call may cost more than it has put aside.
        dies: Whether to stop with calls under way, as if killed.
    """
    store = open_store(url)
    lines = threading.Lock()

    def work(number: int) -> None:
        dice = random.Random(seed * THREADS + number)
        most = MOST
        while most:
            amount = Amount(0, dice.randint(1, most))
            held = Reservation(
                key=uuid.uuid4().hex,
                budget=NAME,
                amount=amount,
                holder=process_id(),
                lease_until=1e12,
            )
            refused, _ = store.reserve(held, BUDGET, now=1.0)
            if refused:
                most = amount.tokens // 2
                continue
            if dies and dice.random() < 0.05:
                # With whatever the other threads have under way.
                os._exit(9)
            cost = dice.randint(0, amount.tokens + over)
            with lines:
                store.settle(held.key, NAME, Amount(0, cost))
                sys.stdout.write(f"{cost}\n")
                sys.stdout.flush()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(THREADS)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    store.close()


if __name__ == "__main__":
    spend(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), dies=sys.argv[4] == "dies")

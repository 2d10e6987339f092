"""A store of random conversations."""

import random

from interactions_core import SessionStore
from tests.core.looking import NOW, Thread

REASONS = ["root", "continue", "continue", "fork", "retry", "expired", "foreign"]


def fill_randomly(store: SessionStore, dice: random.Random) -> None:
    """Record turns, some without a price, some sent again, some in no thread."""
    for number in range(dice.randint(1, 6)):
        name = dice.choice(["", f"thread-{number}"])
        thread = Thread(store, name, dice.choice(["", "a", "b"]), f"model:m{number}")
        keys = [""]
        for turn in range(dice.randint(1, 9)):
            after = dice.choice(keys[-3:])
            keys.append(
                thread.turn(
                    dice.choice(REASONS) if after else "root",
                    NOW + 60 * turn + number,
                    after,
                    usd=dice.choice([None, "0.01", "0.0003", "1.5"]),
                    size=(dice.randrange(10**6), dice.randrange(10**6)),
                    tokens=dice.randrange(100, 10**5),
                    again=dice.random() < 0.3,
                    key=f"v1_{number}-{turn}-{dice.randrange(10**9)}",
                )
            )
        if dice.random() < 0.5:
            thread.job(f"job_{number}", NOW)

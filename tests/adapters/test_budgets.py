"""A budget that is given to an adapter holds."""

import pytest

from interactions_core.exceptions import BudgetExceededError
from interactions_emulator import Emulator
from tests.adapters.conftest import MakeDriver
from tests.adapters.talk import bodies, user


def test_a_call_beyond_the_budget_is_not_sent(
    make_driver: MakeDriver, emulator: Emulator
) -> None:
    driver = make_driver(budget={"max_total_tokens": 1_000})

    with pytest.raises(BudgetExceededError, match="max_total_tokens would be"):
        driver.ask([user("Hello.")])

    assert emulator.requests() == []


def test_calls_of_one_budget_are_added_up(
    make_driver: MakeDriver, emulator: Emulator
) -> None:
    """The context of the first call is known when the second is asked."""
    budget = {"max_total_tokens": 69_000}
    options = {"budget": budget, "max_output_tokens": 65_000}
    make_driver(**options).ask([user("word " * 2_000)])

    with pytest.raises(BudgetExceededError):
        make_driver(**options).ask([user("word " * 2_000)])

    assert len(bodies(emulator)) == 1

"""A budget that is given to an adapter holds."""

from typing import Any

import pytest

from interactions_core import open_store
from interactions_core.exceptions import BudgetExceededError, InteractionsError
from interactions_emulator import Emulator
from tests.adapters.conftest import LeaveBehind, MakeDriver
from tests.adapters.talk import bodies, made_again, talk, user

RUNS = {
    "background": True,
    "poll": (0.01, 0.01),
    "budget": {"max_total_tokens": 9_000, "max_run_tokens": 800},
}


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


def test_a_run_that_was_rooted_anew_counts_with_what_was_put_aside(
    make_driver: MakeDriver,
    leave_behind: LeaveBehind,
    emulator: Emulator,
    shared: Any,
) -> None:
    messages = talk(make_driver(**RUNS), "My name is Ada.")
    messages = [*made_again(messages), user("What is my name?")]
    long = {"text": "I do not know.", "wait_s": 600.0}
    emulator.script(
        [{"when": {"last_user_contains": "What"}, "reply": long, "times": 1}]
    )
    emulator.fault(do={"reroot": True})
    leave_behind(messages, **RUNS)

    make_driver(**RUNS).ask(messages)

    store = open_store(shared["sessions"])
    assert [lost.what for _, lost in store.list_unanswered()] == ["cancelled"]
    [(_, spent)] = store.list_budgets()
    assert spent.tokens == store.usage().total_tokens + 800


def test_a_try_that_was_lost_counts_although_another_was_refused(
    make_driver: MakeDriver, emulator: Emulator, shared: Any
) -> None:
    emulator.fault(do={"status": 500, "worked": True})
    emulator.fault(nth=2, do={"status": 403})

    with pytest.raises(InteractionsError, match="403"):
        make_driver(**RUNS, on_lost_submit="resubmit").ask([user("Hello.")])

    store = open_store(shared["sessions"])
    assert [lost.creates for _, lost in store.list_unanswered()] == [1]
    [(_, spent)] = store.list_budgets()
    assert spent.tokens == 800

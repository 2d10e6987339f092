"""Put aside what a create may cost before it is sent, and settle what it has cost.

Without a budget nothing here does anything. One that is exceeded refuses the create
before it is sent. A create that is refused by the service costs nothing; one whose
answer is lost, or that is abandoned, has cost what was put aside for it. Runs in the
background are in `budgeted_runs`.
"""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from interactions_core.exceptions import (
    BudgetExceededError,
    ConfigurationError,
    RequestError,
)
from interactions_core.mapping.planning import Plan
from interactions_core.protocol.retries import may_be_billed
from interactions_core.records.spending.budgets import Amount
from interactions_core.turns.allowances import Allowance
from interactions_core.turns.context import TurnContext
from interactions_core.turns.effects import Flow
from interactions_core.turns.spending.budget_amounts import most_of_create, paid_since
from interactions_core.turns.spending.reserving import put_aside, settle, settle_now

T = TypeVar("T")


def budgeted(
    run: TurnContext, plan: Plan, attempt: Callable[[], Flow[T]], *, hop: int = 0
) -> Flow[T]:
    """Make one attempt at a create within the budgets.

    Args:
        run: The turn.
        plan: What is sent.
        attempt: Sends it, once, and returns when it is answered.
        hop: How many hops of the answer have come before.

    Raises:
        BudgetExceededError: It might cost more than may be spent; it was not sent.
        ConfigurationError: Nobody knows what it may cost.
    """
    for each in allowances_of(run):
        attempt = partial(_within, run, each, plan, attempt, hop)
    return (yield from attempt())


def _within(
    run: TurnContext,
    allowance: Allowance,
    plan: Plan,
    attempt: Callable[[], Flow[T]],
    hop: int,
) -> Flow[T]:
    budget = allowance.budget
    before = tuple(run.tally.answered)
    hops = list(run.tally.answered.values())[-hop:] if hop else []
    held = yield from put_aside(run, allowance, most_of_create(run, budget, plan, hops))
    try:
        result = yield from attempt()
    except RequestError as error:
        paid = paid_since(run, budget, before)
        may_cost = may_be_billed(error, begins_run=run.turn.begins_run)
        lost = may_cost and not paid
        yield from settle(allowance, held, held.amount if lost else paid or Amount())
        raise
    except (BudgetExceededError, ConfigurationError):
        # Another budget has refused it.
        yield from settle(allowance, held, paid_since(run, budget, before) or Amount())
        raise
    except Exception:
        yield from settle(
            allowance, held, paid_since(run, budget, before) or held.amount
        )
        raise
    except BaseException:
        # Abandoned: nothing more may be asked for by way of effects.
        settle_now(allowance, held)
        raise
    yield from settle(allowance, held, paid_since(run, budget, before) or held.amount)
    return result


def allowances_of(run: TurnContext) -> tuple[Allowance, ...]:
    """Return the budgets that hold for a turn."""
    shared, own = run.policy.budget, run.policy.allowance
    found = [Allowance(budget=shared, store=run.records.store)] if shared else []
    return (*found, own) if own is not None else tuple(found)

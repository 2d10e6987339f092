"""Put aside what a create may cost before it is sent, and settle what it has cost.

Without a budget nothing here does anything. One that is exceeded refuses the create
before it is sent. A create that is refused by the service costs nothing; one whose
answer is lost, or that is abandoned, has cost what was put aside for it.
"""

import logging
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Final, TypeVar

from interactions_core.exceptions import (
    BudgetExceededError,
    ConfigurationError,
    NetworkError,
    RequestError,
    StoreError,
)
from interactions_core.mapping.planning import Plan
from interactions_core.prices.current import current_prices
from interactions_core.process.owners import process_id
from interactions_core.records.budgets import (
    Amount,
    Budget,
    Reservation,
    Spending,
    begins_anew_at,
    budget_name,
)
from interactions_core.records.charges import PICO, Charge, usd
from interactions_core.records.interactions import Scope
from interactions_core.turns.context import TurnContext
from interactions_core.turns.effects import Flow, store_call
from interactions_core.turns.estimates import Estimate, estimate

logger: Final = logging.getLogger("interactions_core")

T = TypeVar("T")

_RUN_SLACK_S: Final = 3_600.0
"""For how long after its deadline a run holds what was put aside for it."""


def budgeted(
    run: TurnContext, plan: Plan, attempt: Callable[[], Flow[T]], *, hop: int = 0
) -> Flow[T]:
    """Make one attempt at a create within the budget.

    Args:
        run: The turn.
        plan: What is sent.
        attempt: Sends it, once, and returns when it is answered.
        hop: How many hops of the answer have come before.

    Raises:
        BudgetExceededError: It might cost more than may be spent; it was not sent.
        ConfigurationError: Nobody knows what it may cost.
    """
    budget = run.policy.budget
    if budget is None:
        return (yield from attempt())
    before = tuple(run.tally.answered)
    hops = list(run.tally.answered.values())[-hop:] if hop else []
    held = yield from _put_aside(run, budget, _most(run, budget, plan, hops))
    try:
        result = yield from attempt()
    except RequestError as error:
        paid = _paid(run, budget, before)
        lost = isinstance(error, NetworkError) and error.sent and not paid
        yield from settle(run, held, held.amount if lost else paid or Amount())
        raise
    except Exception:
        yield from settle(run, held, _paid(run, budget, before) or held.amount)
        raise
    except BaseException:
        # Abandoned: nothing more may be asked for by way of effects.
        settle_now(run, held)
        raise
    yield from settle(run, held, _paid(run, budget, before) or held.amount)
    return result


def budgeted_run(
    run: TurnContext, job_key: str, attempt: Callable[[], Flow[T]]
) -> Flow[T]:
    """Make one attempt at beginning a run in the background within the budget.

    What is put aside for it stays until `settle_run`.

    Raises:
        BudgetExceededError: It might cost more than may be spent; it was not sent.
        ConfigurationError: The budget does not say what a run may cost.
    """
    budget = run.policy.budget
    if budget is None:
        return (yield from attempt())
    amount = _most_of_run(run, budget)
    held = yield from _put_aside(run, budget, amount, key=job_key)
    try:
        return (yield from attempt())
    except RequestError as error:
        lost = isinstance(error, NetworkError) and error.sent
        yield from settle(run, held, amount if lost else Amount())
        raise


def settle_run(run: TurnContext, job_key: str, *, is_known: bool) -> Flow[None]:
    """Settle what a run has cost that is over.

    Args:
        run: The turn; its tally has what the run took.
        job_key: The job.
        is_known: Whether what it took is known; of a run that was cancelled it is not.
    """
    budget = run.policy.budget
    if budget is None:
        return
    store = run.records.store
    try:
        held = yield from store_call(lambda: store.reservation(job_key))
    except StoreError:
        logger.exception("what job %s has cost is not settled", job_key)
        return
    if held is None:
        return
    paid = _paid(run, budget, ()) if is_known else None
    yield from settle(run, held, paid or held.amount)


def settle_abandoned(run: TurnContext, job_key: str) -> None:
    """Count what was put aside for a run as spent, where a turn is abandoned.

    Raises:
        StoreError: That cannot be written.
    """
    if run.policy.budget is not None:
        settle_now(run, run.records.store.reservation(job_key))


def settle(run: TurnContext, held: Reservation, spent: Amount) -> Flow[None]:
    """Count what a call has cost; a store that cannot be written keeps it put aside."""
    if not held.budget:
        return
    store = run.records.store
    try:
        yield from store_call(lambda: store.settle(held.key, held.budget, spent))
    except StoreError:
        logger.exception("what a call has cost stays put aside until its lease ends")


def settle_now(run: TurnContext, held: Reservation | None) -> None:
    """Count what was put aside as spent, where a turn is abandoned."""
    if held is None or not held.budget:
        return
    try:
        run.records.store.settle(held.key, held.budget, held.amount)
    except StoreError:
        logger.exception("what a call has cost stays put aside until its lease ends")


def _put_aside(
    run: TurnContext, budget: Budget, amount: Amount, key: str = ""
) -> Flow[Reservation]:
    now, scope, store = run.now(), run.records.scope, run.records.store
    lease_s = budget.lease_s
    if key:
        lease_s = max(lease_s, run.deadline_s + _RUN_SLACK_S)
    name = key or uuid.uuid4().hex
    # Nothing adds up over calls, so that there is nothing to keep.
    row = "" if budget.per == "call" else budget_name(budget, scope, now)
    held = Reservation(
        key=name,
        budget=row,
        amount=amount,
        # A run goes on without the process that began it.
        holder="" if key else process_id(),
        lease_until=now + lease_s,
    )
    if budget.per == "call":
        refused, stands = Spending().takes(amount, budget), Spending()
    else:
        refused, stands = yield from store_call(
            lambda: store.reserve(held, budget, now=now)
        )
    if refused:
        raise _exceeded(budget, scope, stands, amount, refused, now)
    return held


def _most(run: TurnContext, budget: Budget, plan: Plan, hops: list[Charge]) -> Amount:
    """Return what a create may cost at most, as far as that can be told.

    Raises:
        ConfigurationError: Nobody knows its price, and that is not allowed.
    """
    taken = estimate(run.turn, plan, hops)
    if budget.max_cost is None:
        return Amount(0, taken.total)
    return Amount(_price(run, budget, taken), taken.total)


def _price(run: TurnContext, budget: Budget, taken: Estimate) -> int:
    """Return what this would cost, in 1e-12 USD; 0 where that may be unknown.

    Raises:
        ConfigurationError: Nobody knows its price, and that is not allowed.
    """
    prices = current_prices()
    asked = taken.charge(run.turn, run.now())
    price = prices.price(asked, run.turn.target_name)
    # Without any prices nothing would hold the limit.
    is_refused = budget.unpriced == "refuse" or not prices.version
    if price.picousd is None and is_refused:
        msg = (
            f"budget has max_cost, and the price of {run.turn.target_name} is not "
            f"known: {price.reason}. Nothing was sent. Name prices of your own in "
            "INTERACTIONS_PRICES, limit max_total_tokens instead, or set "
            "unpriced='allow'"
        )
        raise ConfigurationError(msg)
    return price.picousd or 0


def _most_of_run(run: TurnContext, budget: Budget) -> Amount:
    for limit, stated in (
        ("max_cost", "max_run_cost"),
        ("max_total_tokens", "max_run_tokens"),
    ):
        if getattr(budget, limit) is not None and getattr(budget, stated) is None:
            msg = (
                f"budget has {limit}, and a run in the background may take any "
                f"amount: state {stated}. Nothing was sent"
            )
            raise ConfigurationError(msg)
    if budget.max_cost is not None:
        # Whether there is a price that the run can be settled by.
        _price(run, budget, Estimate(1, 0, 1))
    cost = budget.max_run_cost or Decimal(0)
    return Amount(round(cost * PICO), budget.max_run_tokens or 0)


def _paid(run: TurnContext, budget: Budget, before: tuple[str, ...]) -> Amount | None:
    """Return what was answered since, as it is billed; `None` for nothing, or unknown."""
    new = [c for name, c in run.tally.answered.items() if name not in before]
    if not new:
        return None
    total = Amount()
    prices, target = current_prices(), run.turn.target_name
    for charge in new:
        picousd = 0
        if budget.max_cost is not None:
            asked = charge.asked_at or run.now()
            priced = prices.price(_completed(run, charge, asked), target)
            if priced.picousd is None and budget.unpriced == "refuse":
                # What was put aside for it counts instead.
                return None
            picousd = priced.picousd or 0
        total += Amount(picousd, charge.usage.total_tokens)
    return total


def _completed(run: TurnContext, charge: Charge, asked_at: float) -> Charge:
    """Fill in what the answer does not say and the request did."""
    tier = charge.tier or str(run.turn.settings.get("service_tier") or "")
    return Charge(
        model=charge.model,
        tier=tier,
        asked_at=asked_at,
        input_tokens=charge.input_tokens,
        cached_tokens=charge.cached_tokens,
        output_tokens=charge.output_tokens,
        thought_tokens=charge.thought_tokens,
        tool_use_tokens=charge.tool_use_tokens,
        total_tokens=charge.total_tokens,
        modalities=charge.modalities,
        tools=charge.tools if charge.tools is not None else {},
    )


def _exceeded(  # noqa: PLR0917 - what the error says
    budget: Budget,
    scope: Scope,
    stands: Spending,
    amount: Amount,
    refused: str,
    now: float,
) -> BudgetExceededError:
    whose = {
        "call": "a call",
        "thread": f"thread {scope.thread_id!r}",
        "session": f"session {scope.session_id!r}",
        "day": "the day",
    }[budget.per]
    begins_at = begins_anew_at(budget, now)
    if refused == "max_calls":
        said = f"{stands.calls} calls of {whose} are under way, and may be no more"
        advice = "Ask again when one of them is over."
    else:
        money = refused == "max_cost"
        spent, reserved, wanted = (
            f"${usd(each.picousd):.4f}" if money else f"{each.tokens} tokens"
            for each in (stands.spent, stands.reserved, amount)
        )
        limit = f"${budget.max_cost}" if money else f"{budget.max_total_tokens} tokens"
        said = (
            f"{spent} of {limit} for {whose} are spent, {reserved} are put aside for "
            f"{stands.calls} calls under way, and this one might take {wanted}"
        )
        advice = (
            "It begins anew at midnight UTC."
            if begins_at is not None
            else "It never begins anew; raise the limit, or ask for less with "
            "max_output_tokens."
        )
    return BudgetExceededError(
        f"{refused} would be exceeded: {said}. Nothing was sent. {advice}",
        limit=refused,
        per=budget.per,
        spent_usd=float(usd(stands.spent.picousd)),
        spent_tokens=stands.spent.tokens,
        calls=stands.calls,
        begins_at=begins_at,
    )

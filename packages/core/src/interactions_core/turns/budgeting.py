"""Put aside what a create may cost before it is sent, and settle what it has cost.

Without a budget nothing here does anything. One that is exceeded refuses the create
before it is sent. A create that is refused by the service costs nothing; one whose
answer is lost, or that is abandoned, has cost what was put aside for it.
"""

import logging
import uuid
from collections.abc import Callable
from decimal import Decimal
from functools import partial
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
from interactions_core.records.budgets import (
    Amount,
    Budget,
    Reservation,
    Spending,
    begins_anew_at,
)
from interactions_core.records.charges import PICO, Charge, usd
from interactions_core.records.interactions import Scope
from interactions_core.turns.allowances import Allowance, lease_s, reservation
from interactions_core.turns.context import TurnContext
from interactions_core.turns.effects import Flow, store_call
from interactions_core.turns.estimates import Estimate, estimate

logger: Final = logging.getLogger("interactions_core")

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
    held = yield from _put_aside(run, allowance, _most(run, budget, plan, hops))
    try:
        result = yield from attempt()
    except RequestError as error:
        paid = _paid(run, budget, before)
        lost = isinstance(error, NetworkError) and error.sent and not paid
        yield from _settle(allowance, held, held.amount if lost else paid or Amount())
        raise
    except (BudgetExceededError, ConfigurationError):
        # Another budget has refused it.
        yield from _settle(allowance, held, _paid(run, budget, before) or Amount())
        raise
    except Exception:
        yield from _settle(allowance, held, _paid(run, budget, before) or held.amount)
        raise
    except BaseException:
        # Abandoned: nothing more may be asked for by way of effects.
        _settle_now(allowance, held)
        raise
    yield from _settle(allowance, held, _paid(run, budget, before) or held.amount)
    return result


def budgeted_run(
    run: TurnContext, job_key: str, attempt: Callable[[], Flow[T]]
) -> Flow[T]:
    """Make one attempt at beginning a run in the background within the budgets.

    What is put aside for it stays until `settle_run`.

    Raises:
        BudgetExceededError: It might cost more than may be spent; it was not sent.
        ConfigurationError: A budget does not say what a run may cost.
    """
    for each in allowances_of(run):
        attempt = partial(_begun_within, run, each, job_key, attempt)
    return (yield from attempt())


def _begun_within(
    run: TurnContext,
    allowance: Allowance,
    job_key: str,
    attempt: Callable[[], Flow[T]],
) -> Flow[T]:
    amount = _most_of_run(run, allowance.budget)
    held = yield from _put_aside(run, allowance, amount, key=job_key)
    try:
        return (yield from attempt())
    except RequestError as error:
        lost = isinstance(error, NetworkError) and error.sent
        yield from _settle(allowance, held, held.amount if lost else Amount())
        raise
    except (BudgetExceededError, ConfigurationError):
        yield from _settle(allowance, held, Amount())
        raise


def settle_run(run: TurnContext, job_key: str, *, is_known: bool) -> Flow[None]:
    """Settle what a run has cost that is over.

    Args:
        run: The turn; its tally has what the run took.
        job_key: The job.
        is_known: Whether what it took is known; of a run that was cancelled it is not.
    """
    for each in allowances_of(run):
        yield from _settle_run(run, each, job_key, is_known=is_known)


def _settle_run(
    run: TurnContext, allowance: Allowance, job_key: str, *, is_known: bool
) -> Flow[None]:
    store = allowance.store
    try:
        held = yield from store_call(lambda: store.reservation(job_key))
    except StoreError:
        logger.exception("what job %s has cost is not settled", job_key)
        return
    paid = _paid(run, allowance.budget, ()) if is_known else None
    if held is None and allowance.owner and paid is not None:
        # Another object has begun the run, and this one has it.
        row = allowance.row(run.records.scope, run.now())
        held = reservation(job_key, row, paid, run.now(), 0.0, is_run=True)
    if held is not None:
        yield from _settle(allowance, held, paid or held.amount)


def settle_abandoned(run: TurnContext, job_key: str) -> None:
    """Count what was put aside for a run as spent, where a turn is abandoned.

    Raises:
        StoreError: That cannot be written.
    """
    for each in allowances_of(run):
        held = each.store.reservation(job_key)
        if held is not None:
            _settle_now(each, held)


def allowances_of(run: TurnContext) -> tuple[Allowance, ...]:
    """Return the budgets that hold for a turn."""
    shared, own = run.policy.budget, run.policy.allowance
    found = [Allowance(budget=shared, store=run.records.store)] if shared else []
    return (*found, own) if own is not None else tuple(found)


def _settle(allowance: Allowance, held: Reservation, spent: Amount) -> Flow[None]:
    """Count what a call has cost; a store that cannot be written keeps it put aside."""
    if not held.budget:
        return
    store = allowance.store
    try:
        yield from store_call(lambda: store.settle(held.key, held.budget, spent))
    except StoreError:
        logger.exception("what a call has cost stays put aside until its lease ends")


def _settle_now(allowance: Allowance, held: Reservation) -> None:
    """Count what was put aside as spent, where a turn is abandoned."""
    if not held.budget:
        return
    try:
        allowance.store.settle(held.key, held.budget, held.amount)
    except StoreError:
        logger.exception("what a call has cost stays put aside until its lease ends")


def _put_aside(
    run: TurnContext, allowance: Allowance, amount: Amount, key: str = ""
) -> Flow[Reservation]:
    now, scope, is_run = run.now(), run.records.scope, bool(key)
    held_s = lease_s(allowance.budget, run.deadline_s, is_run=is_run)
    name, row = key or uuid.uuid4().hex, allowance.row(scope, now)

    def reserve() -> tuple[Reservation, str, Spending]:
        fitted = allowance.fitted(amount, row)
        held = reservation(name, row, fitted, now, held_s, is_run=is_run)
        return held, *allowance.reserve(held, now)

    held, refused, stands = yield from store_call(reserve)
    if refused:
        raise _exceeded(allowance, scope, stands, held.amount, refused, now)
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
        # Where there are no prices at all, that would let everything pass.
        or_allow = ", or set unpriced='allow'" if prices.version else ""
        msg = (
            f"budget has max_cost, and the price of {run.turn.target_name} is not "
            f"known: {price.reason}. Nothing was sent. Name prices of your own in "
            f"INTERACTIONS_PRICES, or limit max_total_tokens instead{or_allow}"
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
    allowance: Allowance,
    scope: Scope,
    stands: Spending,
    amount: Amount,
    refused: str,
    now: float,
) -> BudgetExceededError:
    budget, whose = allowance.budget, allowance.whose(scope)
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
            f"{stands.calls} calls under way"
        )
        if not allowance.owner:
            said = f"{said}, and this one might take {wanted}"
        advice = _advice(allowance, stands, begins_at)
    return BudgetExceededError(
        f"{refused} would be exceeded: {said}. Nothing was sent. {advice}",
        limit=refused,
        per="object" if allowance.owner else budget.per,
        spent_usd=float(usd(stands.spent.picousd)),
        spent_tokens=stands.spent.tokens,
        calls=stands.calls,
        begins_at=begins_at,
    )


def _advice(allowance: Allowance, stands: Spending, begins_at: float | None) -> str:
    if begins_at is not None:
        return "It begins anew at midnight UTC."
    if not allowance.owner:
        return (
            "It never begins anew; raise the limit, or ask for less with "
            "max_output_tokens."
        )
    if stands.calls:
        return "Ask again when they are over, or set max_run_tokens to less."
    return "It never begins anew; raise the limit."

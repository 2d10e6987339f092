"""What a create or a run may cost at most, and what an answer has cost."""

from decimal import Decimal

from interactions_core.exceptions import ConfigurationError
from interactions_core.mapping.planning import Plan
from interactions_core.prices.current import current_prices
from interactions_core.records.charges import PICO, Charge
from interactions_core.records.spending.budgets import Amount, Budget
from interactions_core.turns.context import TurnContext
from interactions_core.turns.spending.estimates import Estimate, estimate


def most_of_create(
    run: TurnContext, budget: Budget, plan: Plan, hops: list[Charge]
) -> Amount:
    """Return what a create may cost at most, as far as that can be told.

    Raises:
        ConfigurationError: Nobody knows its price, and that is not allowed.
    """
    taken = estimate(run.turn, plan, hops)
    if budget.max_cost is None:
        return Amount(0, taken.total)
    return Amount(_price(run, budget, taken), taken.total)


def most_of_run(run: TurnContext, budget: Budget) -> Amount:
    """Return what a run in the background may take, as the budget states it.

    Raises:
        ConfigurationError: It does not, or nobody knows a price to settle it by.
    """
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


def paid_since(
    run: TurnContext, budget: Budget, before: tuple[str, ...]
) -> Amount | None:
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

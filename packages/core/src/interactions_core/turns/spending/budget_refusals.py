"""What is said of a call that a budget has no room for. Pure."""

from dataclasses import dataclass

from interactions_core.exceptions import BudgetExceededError
from interactions_core.records.charges import usd
from interactions_core.records.spending.budgets import (
    Amount,
    Spending,
    begins_anew_at,
)
from interactions_core.turns.allowances import Allowance

_NEVER = "It never begins anew"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A call that was not sent.

    Attributes:
        allowance: The budget.
        whose: Whose it is, in words.
        limit: Which of its limits speaks against the call.
        amount: What the call may take.
        stands: How the budget stands.
        now: Epoch seconds.
        is_run: Whether it is a run in the background.
        is_agent: Whether an agent is asked.
    """

    allowance: Allowance
    whose: str
    limit: str
    amount: Amount
    stands: Spending
    now: float
    is_run: bool
    is_agent: bool


def exceeded(refusal: Refusal) -> BudgetExceededError:
    """Return the error that says so, and what to do about it."""
    allowance, stands = refusal.allowance, refusal.stands
    # With nothing spent and nobody else under way.
    never = Spending().takes(refusal.amount, allowance.budget)
    limit = never or refusal.limit
    begins_at = None if never else begins_anew_at(allowance.budget, refusal.now)
    if never:
        said, advice = _said_of_never(refusal, limit), _advice_on_never(refusal, limit)
    elif limit == "max_calls":
        said = (
            f"{stands.calls} calls of {refusal.whose} are under way, and may be no more"
        )
        advice = "Ask again when one of them is over."
    else:
        said, advice = _said_of_room(refusal), _advice_on_room(refusal, begins_at)
    return BudgetExceededError(
        f"{limit} would be exceeded: {said}. Nothing was sent. {advice}",
        limit=limit,
        per="object" if allowance.owner else allowance.budget.per,
        spent_usd=float(usd(stands.spent.picousd)),
        spent_tokens=stands.spent.tokens,
        calls=stands.calls,
        begins_at=begins_at,
    )


def _said_of_never(refusal: Refusal, limit: str) -> str:
    return (
        f"this call may take up to {_shown(refusal.amount, limit)}, more than the whole "
        f"budget of {_most(refusal, limit)} for {refusal.whose}; it can never be sent"
    )


def _advice_on_never(refusal: Refusal, limit: str) -> str:
    less = _asking_for_less(refusal, limit)
    return f"{less[0].upper()}{less[1:]}, or raise the budget." if less else "Raise it."


def _said_of_room(refusal: Refusal) -> str:
    limit, stands = refusal.limit, refusal.stands
    said = (
        f"{_shown(stands.spent, limit)} of {_most(refusal, limit)} for {refusal.whose} "
        f"are spent, {_shown(stands.reserved, limit)} are put aside for {stands.calls} "
        "calls under way"
    )
    if refusal.allowance.owner:
        return said
    return f"{said}, and this one might take {_shown(refusal.amount, limit)}"


def _advice_on_room(refusal: Refusal, begins_at: float | None) -> str:
    if begins_at is not None:
        return "It begins anew at midnight UTC."
    if refusal.allowance.owner:
        if refusal.stands.calls:
            return "Ask again when they are over, or set max_run_tokens to less."
        return f"{_NEVER}; raise the limit."
    less = _asking_for_less(refusal, refusal.limit)
    return f"{_NEVER}; raise the limit{f', or {less}' if less else ''}."


def _asking_for_less(refusal: Refusal, limit: str) -> str:
    """Say how a call like this takes less; "" where there is no way."""
    if refusal.is_run:
        stated = "max_run_cost" if limit == "max_cost" else "max_run_tokens"
        return f"set {stated} to less"
    # API: agents take no limit of their output.
    return "" if refusal.is_agent else "lower max_output_tokens"


def _shown(amount: Amount, limit: str) -> str:
    if limit == "max_cost":
        return f"${usd(amount.picousd):.4f}"
    return f"{amount.tokens} tokens"


def _most(refusal: Refusal, limit: str) -> str:
    budget = refusal.allowance.budget
    if limit == "max_cost":
        return f"${budget.max_cost}"
    return f"{budget.max_total_tokens} tokens"

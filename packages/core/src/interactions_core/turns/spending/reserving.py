"""Put something aside in one budget, and settle it. Refused is what has no room."""

import logging
import uuid
from typing import Final

from interactions_core.exceptions import StoreError
from interactions_core.logs import bare_error, log_fields
from interactions_core.records.spending.budgets import Amount, Reservation, Spending
from interactions_core.turns.allowances import Allowance, lease_s, reservation
from interactions_core.turns.context import TurnContext
from interactions_core.turns.effects import Flow, store_call
from interactions_core.turns.spending.budget_refusals import Refusal, exceeded

logger: Final = logging.getLogger("interactions_core")


def put_aside(
    run: TurnContext, allowance: Allowance, amount: Amount, key: str = ""
) -> Flow[Reservation]:
    """Put aside what a call may take.

    Args:
        run: The turn.
        allowance: The budget.
        amount: What it may take.
        key: The job, of a run in the background; "" for a call.

    Raises:
        BudgetExceededError: There is no room for it.
    """
    now, scope, is_run = run.now(), run.records.scope, bool(key)
    held_s = lease_s(allowance.budget, run.deadline_s, is_run=is_run)
    name, row = key or uuid.uuid4().hex, allowance.row(scope, now)

    def reserve() -> tuple[Reservation, str, Spending]:
        fitted = allowance.fitted(amount, row)
        held = reservation(name, row, fitted, now, held_s, is_run=is_run)
        return held, *allowance.reserve(held, now)

    held, refused, stands = yield from store_call(reserve)
    if refused:
        raise exceeded(
            Refusal(
                allowance=allowance,
                whose=allowance.whose(scope),
                limit=refused,
                amount=held.amount,
                stands=stands,
                now=now,
                is_run=is_run,
                is_agent=run.turn.target[0] == "agent",
            )
        )
    return held


def settle(allowance: Allowance, held: Reservation, spent: Amount) -> Flow[None]:
    """Count what a call has cost; a store that cannot be written keeps it put aside."""
    if not held.budget:
        return
    store = allowance.store
    try:
        yield from store_call(lambda: store.settle(held.key, held.budget, spent))
    except StoreError as error:
        _log_held(error)


def _log_held(error: StoreError) -> None:
    logger.error(
        "what a call has cost stays put aside until its lease ends",
        extra=log_fields("cost_held", error=error),
        exc_info=bare_error(error),
    )


def settle_now(allowance: Allowance, held: Reservation) -> None:
    """Count what was put aside as spent, where a turn is abandoned."""
    if not held.budget:
        return
    try:
        allowance.store.settle(held.key, held.budget, held.amount)
    except StoreError as error:
        _log_held(error)

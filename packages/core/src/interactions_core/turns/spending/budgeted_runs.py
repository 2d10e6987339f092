"""Put aside what a run in the background may cost, until it is over.

Whoever sees its end settles it, in whichever process. Of a run that is lost or
cancelled nobody knows what it took: what was put aside counts.
"""

import logging
from collections.abc import Callable
from functools import partial
from typing import Final, TypeVar

from interactions_core.exceptions import (
    BudgetExceededError,
    ConfigurationError,
    RequestError,
    StoreError,
)
from interactions_core.logs import bare_error, log_fields
from interactions_core.protocol.retries import may_be_billed
from interactions_core.records.spending.budgets import Amount
from interactions_core.turns.allowances import Allowance, reservation
from interactions_core.turns.context import TurnContext
from interactions_core.turns.effects import Flow, store_call
from interactions_core.turns.spending.budget_amounts import most_of_run, paid_since
from interactions_core.turns.spending.budgeting import allowances_of
from interactions_core.turns.spending.reserving import put_aside, settle, settle_now

logger: Final = logging.getLogger("interactions_core")

T = TypeVar("T")


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
    amount = most_of_run(run, allowance.budget)
    held = yield from put_aside(run, allowance, amount, key=job_key)
    try:
        return (yield from attempt())
    except RequestError as error:
        lost = may_be_billed(error, begins_run=True)
        yield from settle(allowance, held, held.amount if lost else Amount())
        raise
    except (BudgetExceededError, ConfigurationError):
        yield from settle(allowance, held, Amount())
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
    if is_known:
        run.tally.settled = tuple(run.tally.answered)


def _settle_run(
    run: TurnContext, allowance: Allowance, job_key: str, *, is_known: bool
) -> Flow[None]:
    store = allowance.store
    try:
        held = yield from store_call(lambda: store.reservation(job_key))
    except StoreError as error:
        logger.exception(
            "what job %s has cost is not settled",
            job_key,
            extra=log_fields("cost_not_settled", run.known, error=error),
            exc_info=bare_error(error),
        )
        return
    paid = paid_since(run, allowance.budget, run.tally.settled) if is_known else None
    if held is None and allowance.owner and paid is not None:
        # Another object has begun the run, and this one has it.
        row = allowance.row(run.records.scope, run.now())
        held = reservation(job_key, row, paid, run.now(), 0.0, is_run=True)
    if held is not None:
        yield from settle(allowance, held, paid or held.amount)


def settle_abandoned(run: TurnContext, job_key: str) -> None:
    """Count what was put aside for a run as spent, where a turn is abandoned.

    Raises:
        StoreError: That cannot be written.
    """
    for each in allowances_of(run):
        held = each.store.reservation(job_key)
        if held is not None:
            settle_now(each, held)

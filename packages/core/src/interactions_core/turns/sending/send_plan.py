"""Send a plan in the foreground until it is answered or refused for good."""

from collections.abc import Callable
from typing import TypeVar

from interactions_core.exceptions import InteractionsError
from interactions_core.mapping.matching import Candidates
from interactions_core.mapping.planning import Plan
from interactions_core.requests.bodies import request_body
from interactions_core.turns.context import TurnContext
from interactions_core.turns.effects import Flow
from interactions_core.turns.keeping.recording import record_unfinished
from interactions_core.turns.receiving.answers import (
    Answer,
    streamed_answer,
    unary_answer,
)
from interactions_core.turns.receiving.rerooting import root_check
from interactions_core.turns.sending.send import (
    is_fresh,
    plan_recovery,
    with_retries,
)
from interactions_core.turns.spending.budgeting import budgeted

T = TypeVar("T")


def send_plan(
    run: TurnContext, plan: Plan, evidence: Candidates, *, stream: bool
) -> Flow[tuple[Plan, Answer]]:
    """Send a plan, and others in its place where that helps.

    Returns:
        What was answered at last, and its answer, which is not recorded yet.

    Raises:
        RequestError: The API refused, after whatever recovery was possible; what was
            billed on the way is in the ledger.
    """
    while True:
        try:
            return plan, (yield from _answered(run, plan, stream=stream))
        except InteractionsError as error:
            try:
                plan, evidence = yield from plan_recovery(run, error, plan, evidence)
            except InteractionsError as final:
                yield from record_unfinished(run, plan, final)
                raise


def _answered(run: TurnContext, plan: Plan, *, stream: bool) -> Flow[Answer]:
    """Send a plan and follow it until it is answered or refused."""
    run.tally.plan = plan
    body, check = request_body(run.turn, plan), root_check(plan)
    answer = streamed_answer if stream else unary_answer

    def repeat(attempt: Callable[[], Flow[T]], *, hop: int) -> Flow[T]:
        fresh = hop > 0 or is_fresh(plan, run.now())
        return with_retries(
            run, lambda: budgeted(run, plan, attempt, hop=hop), fresh=fresh
        )

    return (yield from answer(body, check, repeat, store=run.turn.store))

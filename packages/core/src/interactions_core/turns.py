"""Take one turn: plan, send, recover once where that helps, and record.

A turn is a generator over effects: it decides everything and does nothing itself.
"""

import logging
from collections.abc import Callable
from typing import Final, TypeVar

from interactions_core.answers import Answer, streamed_answer, unary_answer
from interactions_core.effects import Flow, sleep
from interactions_core.exceptions import (
    InteractionsError,
    InvalidRequestError,
    NetworkError,
    NotFoundError,
    RequestError,
    ServiceError,
)
from interactions_core.ids import is_rerooted
from interactions_core.lookup import find_plan, find_replay
from interactions_core.matching import Evidence
from interactions_core.outcomes import outcome_error
from interactions_core.planning import Plan, plan_plainly
from interactions_core.recording import record_turn
from interactions_core.refusals import NOT_IMPLEMENTED, is_about_form, is_about_parent
from interactions_core.retries import (
    FRESH_AGE_S,
    FRESH_WAIT_S,
    is_lost,
    may_repeat,
    wait_s,
)
from interactions_core.running import Tally, TurnRun
from interactions_core.turn import Reply, Turn
from interactions_core.waiting import followed_answer, waited_answer

logger: Final = logging.getLogger("interactions_core")


T = TypeVar("T")

_NEW: Final = (None, "remote")
"""Environments that are no particular one."""


class _RerootedError(InteractionsError):
    """The answer belongs to another chain than its parent."""


def take_turn(run: TurnRun, *, stream: bool = False) -> Flow[Reply]:
    """Answer one message list.

    Args:
        run: What is asked, where to look and to record, and how to behave.
        stream: Whether to show events while the answer goes on.

    Returns:
        The reply, recorded.

    Raises:
        RequestError: The API refused, after whatever recovery was possible.
        OutcomeError: The API answered, but not usefully.
        StoreError: The session store could not be read; nothing was sent.
    """
    plan, evidence = yield from find_plan(run.turn, run.records, run.now())
    while True:
        try:
            answer = yield from _answered(run, plan, stream=stream)
            break
        except InteractionsError as error:
            plan, evidence = yield from _recovered(run, error, plan, evidence)
    failure = outcome_error(answer.interaction, answer.steps)
    reply = yield from record_turn(run, plan, answer, failure)
    if failure is not None:
        raise failure
    return reply


def _answered(run: TurnRun, plan: Plan, *, stream: bool) -> Flow[Answer]:
    """Send a plan and follow it until it is answered or refused."""
    body, check = request_body(run.turn, plan), _root_check(plan)
    if run.turn.background:
        follow = followed_answer if stream else waited_answer

        def begin(attempt: Callable[[], Flow[T]]) -> Flow[T]:
            return _repeated(run, attempt, fresh=_is_fresh(plan, run.now()))

        return (yield from follow(run, body, check, begin))
    answer = streamed_answer if stream else unary_answer

    def repeat(attempt: Callable[[], Flow[T]], *, hop: int) -> Flow[T]:
        return _repeated(run, attempt, fresh=hop > 0 or _is_fresh(plan, run.now()))

    return (yield from answer(body, check, repeat, store=run.turn.store))


def _repeated(run: TurnRun, attempt: Callable[[], Flow[T]], *, fresh: bool) -> Flow[T]:
    """Make a request, again where its errors allow that, and wait in between."""
    tally, failures = run.tally, 0
    while True:
        tally.attempts += 1
        try:
            return (yield from attempt())
        except RequestError as error:
            if isinstance(error, NetworkError) and error.sent:
                tally.maybe_billed += 1
            if fresh and _may_appear(error, tally):
                seconds = _fresh_wait_s(tally)
            elif failures < run.rules.max_retries and _repeats(run, error):
                failures += 1
                seconds = wait_s(failures, error.retry_after_s, run.rules.jitter())
            else:
                raise
            logger.info("create failed (%s); again in %.1f s", error, seconds)
        yield from sleep(seconds)


def _repeats(run: TurnRun, error: RequestError) -> bool:
    """Tell whether a create may be sent again; a run must not be begun twice."""
    once = run.turn.background and not run.rules.resubmits
    return may_repeat(error) and not (once and is_lost(error))


def _is_fresh(plan: Plan, now: float) -> bool:
    return plan.parent is not None and now - plan.parent.created_at < FRESH_AGE_S


def _may_appear(error: RequestError, tally: Tally) -> bool:
    return (
        isinstance(error, NotFoundError)
        and is_about_parent(error)
        and tally.fresh_wait_s < FRESH_WAIT_S
    )


def _fresh_wait_s(tally: Tally) -> float:
    tally.fresh_waits += 1
    left = FRESH_WAIT_S - tally.fresh_wait_s
    seconds = min(wait_s(tally.fresh_waits, None, 1.0), left)
    tally.fresh_wait_s += seconds
    return seconds


def _recovered(
    run: TurnRun, error: InteractionsError, plan: Plan, evidence: Evidence
) -> Flow[tuple[Plan, Evidence]]:
    """Return the plan to try next, or raise the error for good."""
    tally = run.tally
    cause = _cause(error, plan, tally)
    if cause is None:
        raise error
    tally.recovered.append(cause)
    logger.info(
        "%s: %s; sending everything again, once",
        plan.previous_interaction_id or "a root",
        cause,
    )
    if cause == "plain":
        return plan_plainly(evidence), evidence
    if cause == "expired":
        tally.lost = plan.previous_interaction_id
    return (yield from find_replay(evidence, run.turn, run.records))


def _cause(error: InteractionsError, plan: Plan, tally: Tally) -> str | None:
    """Name what one replay can work around; each of them once."""
    chained = bool(plan.previous_interaction_id) and plan.reason != "explicit"
    cause = None
    if isinstance(error, _RerootedError):
        cause = "rerooted" if chained else None
    elif isinstance(error, NotFoundError) and chained and is_about_parent(error):
        cause = "expired"
    elif isinstance(error, ServiceError) and error.status_code == NOT_IMPLEMENTED:
        cause = "not_implemented" if chained else None
    elif isinstance(error, InvalidRequestError) and is_about_form(error):
        cause = None if plan.plainest or plan.reason == "explicit" else "plain"
    return None if cause in tally.recovered else cause


def _root_check(plan: Plan) -> Callable[[str], None]:
    def check(interaction_id: str) -> None:
        parent = plan.previous_interaction_id
        if parent and is_rerooted(parent, interaction_id):
            msg = (
                f"the answer {interaction_id} is not on the chain of {parent}: "
                "the service has dropped what came before it"
            )
            raise _RerootedError(msg)

    return check


def request_body(turn: Turn, plan: Plan) -> dict[str, object]:
    """Write the body of a create; only what is set goes in."""
    name, value = turn.target
    body: dict[str, object] = {name: value, "input": list(plan.steps)}
    if plan.previous_interaction_id:
        body["previous_interaction_id"] = plan.previous_interaction_id
    if not turn.store:
        body["store"] = False
    if turn.background:
        body["background"] = True
    return body | dict(turn.settings) | _environment(turn, plan)


def _environment(turn: Turn, plan: Plan) -> dict[str, object]:
    """Keep the environment of the chain: its files are part of what is continued.

    API: a chained turn of an agent names the environment beside its parent, and
    `"remote"` alone would be a new one.
    """
    before = plan.parent or plan.base
    wanted = turn.settings.get("environment")
    if turn.target[0] != "agent" or before is None or not before.environment_id:
        return {}
    return {"environment": before.environment_id} if wanted in _NEW else {}

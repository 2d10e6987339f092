"""Send a plan: when to send it again, and what one replay can work around."""

import logging
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Final, TypeVar

from interactions_core.exceptions import (
    InteractionsError,
    InvalidRequestError,
    NotFoundError,
    RequestError,
    ServiceError,
)
from interactions_core.logs import log_fields, shown_error
from interactions_core.mapping.matching import Candidates
from interactions_core.mapping.planning import Plan
from interactions_core.profiles.loading import beliefs_here
from interactions_core.protocol.agents import asked_agent
from interactions_core.protocol.refusals import (
    NOT_IMPLEMENTED,
    is_about_parent,
    refuses_parent,
)
from interactions_core.protocol.retries import (
    FRESH_AGE_S,
    FRESH_WAIT_S,
    is_lost,
    may_repeat,
    wait_s,
)
from interactions_core.records.turn import Turn
from interactions_core.requests.advice import advise
from interactions_core.requests.bodies import NEW
from interactions_core.requests.ladder import next_plan, reshape, tell_changes
from interactions_core.turns.context import TurnContext, TurnStats
from interactions_core.turns.effects import Flow, sleep, store_call
from interactions_core.turns.keeping.lost_tries import count_lost
from interactions_core.turns.lookup import find_replay
from interactions_core.turns.receiving.rerooting import RerootedError

logger: Final = logging.getLogger("interactions_core")

T = TypeVar("T")


def with_retries(
    run: TurnContext, attempt: Callable[[], Flow[T]], *, fresh: bool
) -> Flow[T]:
    """Make a request, again where its errors allow that, and wait in between."""
    tally, failures = run.tally, 0
    while True:
        if tally.attempts:
            # The store was read just before the first one.
            yield from store_call(run.records.store.check_contracts)
        tally.attempts += 1
        tally.in_flight, known = True, len(tally.answered)
        try:
            return (yield from attempt())
        except InteractionsError as error:
            tally.in_flight = False
            yield from count_lost(run, error, known)
            if not isinstance(error, RequestError):
                raise
            if fresh and _may_appear(error, tally):
                seconds = _fresh_wait_s(tally)
            elif failures < run.policy.max_retries and _may_retry(run, error):
                failures += 1
                seconds = wait_s(failures, error.retry_after_s, run.policy.jitter())
            else:
                raise
            logger.info(
                "create failed (%s); again in %.1f s",
                shown_error(error),
                seconds,
                extra=log_fields("create_failed", run.known, error=error),
            )
        yield from sleep(seconds)


def _may_retry(run: TurnContext, error: RequestError) -> bool:
    """Tell whether a create may be sent again; a run must not be begun twice."""
    once = run.turn.begins_run and not run.policy.resubmits
    return may_repeat(error) and not (once and is_lost(error))


def is_fresh(plan: Plan, now: float) -> bool:
    """Tell whether the server may not know the parent yet."""
    return plan.parent is not None and now - plan.parent.created_at < FRESH_AGE_S


def _may_appear(error: RequestError, tally: TurnStats) -> bool:
    return (
        isinstance(error, NotFoundError)
        and is_about_parent(error)
        and tally.fresh_wait_s < FRESH_WAIT_S
    )


def _fresh_wait_s(tally: TurnStats) -> float:
    tally.fresh_waits += 1
    left = FRESH_WAIT_S - tally.fresh_wait_s
    seconds = min(wait_s(tally.fresh_waits, None, 1.0), left)
    tally.fresh_wait_s += seconds
    return seconds


def plan_recovery(
    run: TurnContext, error: InteractionsError, plan: Plan, evidence: Candidates
) -> Flow[tuple[Plan, Candidates]]:
    """Return the plan to try next, or raise the error for good."""
    tally, cause = run.tally, _cause(error, plan, run.tally)
    if cause is None and isinstance(error, InvalidRequestError):
        other = yield from store_call(
            lambda: next_plan(error, plan, evidence, run.turn)
        )
        if other is None:
            taken = yield from store_call(lambda: _taken_points(run))
            _advise(error, run.turn, plan, taken)
            _name_parent(error, plan)
            raise error
        place = (*run.records.service, run.turn.target_name)
        tally.recovered.extend(tell_changes(plan, other, place))
        return other, evidence
    if cause is None:
        _name_agent(error, run.turn, plan)
        _name_parent(error, plan)
        raise error
    tally.recovered.append(cause)
    logger.info(
        "%s: %s; sending everything again, once",
        plan.previous_interaction_id or "a root",
        cause,
        extra=log_fields(
            "replayed", run.known, id=plan.previous_interaction_id, reason=cause
        ),
    )
    if cause == "expired":
        tally.lost = plan.previous_interaction_id
        tally.was_unknown = isinstance(error, NotFoundError)
        _warn_of_adopted(run, plan)
    again, evidence = yield from find_replay(evidence, run.turn, run.records)
    again = reshape(again, plan.form, evidence, run.turn)
    again = replace(again, known_form=plan.known_form, refused=plan.refused)
    return again, evidence


def _cause(error: InteractionsError, plan: Plan, tally: TurnStats) -> str | None:
    """Name what one replay can work around; each of them once."""
    parent = plan.previous_interaction_id
    chained = bool(parent) and plan.reason != "explicit"
    cause = None
    if isinstance(error, RerootedError):
        cause = "rerooted" if chained else None
    elif isinstance(error, RequestError) and chained and refuses_parent(error, parent):
        cause = "expired"
    elif isinstance(error, ServiceError) and error.status_code == NOT_IMPLEMENTED:
        cause = "not_implemented" if chained else None
    return None if cause in tally.recovered else cause


def _name_agent(error: InteractionsError, turn: Turn, plan: Plan) -> None:
    """Say which agent an error is about: the API's own words leave that open."""
    kind, name = turn.target
    unnamed = isinstance(error, NotFoundError) and is_about_parent(error)
    if kind != "agent" or not unnamed or plan.previous_interaction_id:
        return
    environment = turn.settings.get("environment")
    where = environment if isinstance(environment, str) else None
    said = asked_agent(name, None if where in NEW else where)
    error.args = (f"{str(error).rstrip('.')}. {said}",)


def _name_parent(error: InteractionsError, plan: Plan) -> None:
    """Say of a parent that the caller has named that it is what was refused."""
    name = plan.previous_interaction_id
    if plan.reason != "explicit" or not isinstance(error, RequestError):
        return
    if refuses_parent(error, name):
        said = (
            f"Named was the parent {name}, with `previous_interaction_id`: it has "
            "expired, was deleted, belongs to another key, or never was one. Leave the "
            "option out, and the messages are sent in full"
        )
        error.args = (f"{str(error).rstrip('.')}. {said}",)


def _warn_of_adopted(run: TurnContext, plan: Plan) -> None:
    """Say that an interaction is not there that somebody has vouched for.

    What it holds beyond the list, an instruction for instance, was known to it alone.
    """
    known, name = plan.parent, plan.previous_interaction_id
    is_theirs = known.reason == "explicit" if known else plan.reason == "retry"
    if not is_theirs:
        return
    logger.warning(
        "%s, which was adopted or named as a parent, is not there for this key; the "
        "messages are sent in full",
        name,
        extra=log_fields("adopted_unseen", run.known, id=name),
    )


def _taken_points(run: TurnContext) -> frozenset[str]:
    """Return the points that live profiles have found answered, of who is asked."""
    believed = beliefs_here().about((*run.records.service, run.turn.target_name))
    return frozenset(p for p, belief in believed.items() if belief.came == "answered")


def _advise(
    error: InvalidRequestError, turn: Turn, plan: Plan, taken: Collection[str]
) -> None:
    said = advise(error.api_message, turn, plan, taken)
    if said:
        error.args = (f"{str(error).rstrip('.')}. {said}",)

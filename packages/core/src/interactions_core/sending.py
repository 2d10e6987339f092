"""Send a plan: the body, when to send it again, and what one replay can work around."""

import logging
from collections.abc import Callable
from typing import Final, TypeVar

from interactions_core.agents import NEW_ENVIRONMENT, asked_agent, check_content
from interactions_core.answers import RootCheck
from interactions_core.effects import Flow, local, sleep
from interactions_core.exceptions import (
    InteractionsError,
    InvalidRequestError,
    NetworkError,
    NotFoundError,
    RequestError,
    ServiceError,
)
from interactions_core.ids import is_rerooted
from interactions_core.instructions import sent_settings, tell_instruction
from interactions_core.lookup import find_replay
from interactions_core.matching import Evidence
from interactions_core.planning import Plan, plan_plainly
from interactions_core.refusals import NOT_IMPLEMENTED, is_about_form, is_about_parent
from interactions_core.retries import (
    FRESH_AGE_S,
    FRESH_WAIT_S,
    is_lost,
    may_repeat,
    wait_s,
)
from interactions_core.running import Tally, TurnRun
from interactions_core.turn import Turn

logger: Final = logging.getLogger("interactions_core")

T = TypeVar("T")

_NEW: Final = (None, NEW_ENVIRONMENT)
"""Environments that are no particular one."""


class RerootedError(InteractionsError):
    """The answer belongs to another chain than its parent.

    Attributes:
        interaction_id: The answer.
    """

    interaction_id = ""


def repeated(run: TurnRun, attempt: Callable[[], Flow[T]], *, fresh: bool) -> Flow[T]:
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


def is_fresh(plan: Plan, now: float) -> bool:
    """Tell whether the server may not know the parent yet."""
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


def recovered(
    run: TurnRun, error: InteractionsError, plan: Plan, evidence: Evidence
) -> Flow[tuple[Plan, Evidence]]:
    """Return the plan to try next, or raise the error for good."""
    tally = run.tally
    cause = _cause(error, plan, tally)
    plainest: Plan | None = None
    if cause == "plain":
        plainest = yield from local(lambda: _plainer(run.turn, plan, evidence))
    if cause is None or (cause == "plain" and plainest is None):
        _name_agent(error, run.turn, plan)
        raise error
    tally.recovered.append(cause)
    logger.info(
        "%s: %s; sending everything again, once",
        plan.previous_interaction_id or "a root",
        cause,
    )
    if plainest is not None:
        return plainest, evidence
    if cause == "expired":
        tally.lost = plan.previous_interaction_id
    return (yield from find_replay(evidence, run.turn, run.records))


def _cause(error: InteractionsError, plan: Plan, tally: Tally) -> str | None:
    """Name what one replay can work around; each of them once."""
    chained = bool(plan.previous_interaction_id) and plan.reason != "explicit"
    cause = None
    if isinstance(error, RerootedError):
        cause = "rerooted" if chained else None
    elif isinstance(error, NotFoundError) and chained and is_about_parent(error):
        cause = "expired"
    elif isinstance(error, ServiceError) and error.status_code == NOT_IMPLEMENTED:
        cause = "not_implemented" if chained else None
    elif isinstance(error, InvalidRequestError) and is_about_form(error):
        cause = None if plan.plainest or plan.reason == "explicit" else "plain"
    return None if cause in tally.recovered else cause


def _name_agent(error: InteractionsError, turn: Turn, plan: Plan) -> None:
    """Say which agent an error is about: the API's own words leave that open."""
    kind, name = turn.target
    unnamed = isinstance(error, NotFoundError) and is_about_parent(error)
    if kind != "agent" or not unnamed or plan.previous_interaction_id:
        return
    environment = turn.settings.get("environment")
    where = environment if isinstance(environment, str) else None
    said = asked_agent(name, None if where in _NEW else where)
    error.args = (f"{str(error).rstrip('.')}. {said}",)


def _plainer(turn: Turn, plan: Plan, evidence: Evidence) -> Plan | None:
    """Write the plainest form; `None` if it is the same request on the wire."""
    plainest = tell_instruction(plan_plainly(evidence), turn)
    same = request_body(turn, plan) == request_body(turn, plainest)
    return None if same else plainest


def root_check(plan: Plan) -> RootCheck:
    """Return what raises if an answer visibly belongs to another chain."""

    def check(interaction_id: str) -> None:
        parent = plan.previous_interaction_id
        if parent and is_rerooted(parent, interaction_id):
            msg = (
                f"the answer {interaction_id} is not on the chain of {parent}: "
                "the service has dropped what came before it"
            )
            error = RerootedError(msg)
            error.interaction_id = interaction_id
            raise error

    return check


def request_body(turn: Turn, plan: Plan) -> dict[str, object]:
    """Write the body of a create; only what is set goes in.

    Raises:
        UnsupportedContentError: The agent does not take something in the input.
    """
    check_content(turn.target, plan.steps)
    name, value = turn.target
    body: dict[str, object] = {name: value, "input": list(plan.steps)}
    if plan.previous_interaction_id:
        body["previous_interaction_id"] = plan.previous_interaction_id
    if not turn.store:
        body["store"] = False
    if turn.background:
        body["background"] = True
    return body | sent_settings(turn) | _environment(turn, plan)


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

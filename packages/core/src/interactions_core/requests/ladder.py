"""Choose the next form of a request that was refused, or say that there is none.

Pure but for the log. A form changes what is sent, never the list: digests, and what a
stale context may answer, are the same in every form.
"""

import hashlib
import json
import logging
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Final

from interactions_core.exceptions import InvalidRequestError
from interactions_core.logs import log_fields
from interactions_core.mapping.matching import Candidates
from interactions_core.mapping.planning import Plan, plan_as_text
from interactions_core.protocol.blocking import BLOCKED
from interactions_core.records.turn import Turn
from interactions_core.requests.bodies import request_body
from interactions_core.requests.emptiness import fill_empty
from interactions_core.requests.instructions import tell_instruction
from interactions_core.requests.opening import open_with_words
from interactions_core.requests.refusal_texts import (
    FILLED,
    NAMED,
    OPENED,
    PLAIN,
    SORTED,
    Form,
    read_forms,
)
from interactions_core.requests.results import calls_before, name_results, sort_results
from interactions_core.requests.settings import WITHOUT, is_strict

logger: Final = logging.getLogger("interactions_core")

Place = tuple[str, str, str]
"""Platform with host, API version, and who is asked: where a form is remembered."""

MOST: Final = 3
"""Forms that are tried after the first refusal."""

_OF_FORM: Final = 400
"""What a form is refused with; a body that is too large, for one, is none."""


def next_plan(
    error: InvalidRequestError, plan: Plan, evidence: Candidates, turn: Turn
) -> Plan | None:
    """Return what was refused in the next form that the refusal suggests.

    Args:
        error: The refusal.
        plan: What was refused.
        evidence: The list, and what is recorded for it.
        turn: What was asked.

    Returns:
        A plan whose body is none that was refused before; `None` where nobody may
        change what is sent, or there is no other form.
    """
    is_form = error.status_code == _OF_FORM and error.code not in BLOCKED
    if not is_form or not may_change(plan, turn):
        return None
    refused = (*plan.refused, _mark(turn, plan))
    left = MOST + 1 - len(refused)
    if left <= 0:
        return None
    found: list[Plan] = []
    for changes in read_forms(error.api_message, turn.settings):
        other = reshape(plan, changes, evidence, turn)
        if _mark(turn, other) not in refused:
            found.append(other)
    if not found:
        return None
    # Words alone are what is taken where nothing else is: they get the last try.
    chosen = found[-1] if left == 1 else found[0]
    return replace(chosen, refused=refused)


def may_change(plan: Plan, turn: Turn) -> bool:
    """Tell whether a request may be sent in another form than was asked for."""
    return plan.reason != "explicit" and not is_strict(turn.settings)


def reshape(
    plan: Plan, changes: Iterable[str], evidence: Candidates, turn: Turn
) -> Plan:
    """Return a plan in another form: those of the changes that change anything."""
    for change in changes:
        other = _changed(plan, change, evidence, turn)
        if request_body(turn, other) != request_body(turn, plan):
            plan = other
    return plan


def _changed(plan: Plan, change: str, evidence: Candidates, turn: Turn) -> Plan:
    calls = calls_before(plan, evidence.transcript)
    form = (*plan.form, change)
    if change == PLAIN:
        filled = FILLED in plan.form
        plan = tell_instruction(plan_as_text(evidence), turn)
        plan = fill_empty(plan) if filled else plan
    elif change == SORTED:
        plan = sort_results(plan, calls)
    elif change == NAMED:
        plan = name_results(plan, calls)
    elif change == OPENED:
        plan = open_with_words(plan, evidence.matching.nudge)
    elif change == FILLED:
        plan = fill_empty(plan)
    return replace(plan, form=form)


def tell_changes(before: Plan, after: Plan, place: Place) -> Form:
    """Say in the log what is sent in another way, and return it."""
    changes = tuple(each for each in after.form if each not in before.form)
    warn_of_left_out(changes, place)
    where = before.previous_interaction_id or "a root"
    logger.info(
        "%s was refused; sending it again as %s",
        where,
        ", ".join(changes),
        extra=log_fields(
            "form_refused",
            id=before.previous_interaction_id,
            reason=",".join(changes),
        ),
    )
    return changes


def warn_of_left_out(changes: Form, place: Place) -> None:
    """Say of each setting that is not sent that it was set for nothing, once a process.

    Args:
        changes: The form in which a request is sent.
        place: Platform with host, API version, and who is asked.
    """
    for change in changes:
        if change.startswith(f"{WITHOUT}:"):
            _warn_of_left_out(change, place)


# What is said with every call is read by nobody; afterwards `explain` and `doctor` say it.
@lru_cache(maxsize=4096)
def _warn_of_left_out(change: str, place: Place) -> None:
    logger.warning(
        "the API does not know %s: it is left out, as if it were not set",
        change.partition(":")[2],
        extra=log_fields("setting_left_out", target=place[-1], reason=change),
    )


def _mark(turn: Turn, plan: Plan) -> str:
    body = json.dumps(request_body(turn, plan), default=dict, sort_keys=True)
    return hashlib.sha256(body.encode()).hexdigest()

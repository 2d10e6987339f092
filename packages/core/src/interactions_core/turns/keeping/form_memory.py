"""Ask in the form that is known to be answered, and remember one that was."""

import logging
from dataclasses import replace
from typing import Final

from interactions_core.exceptions import StoreError
from interactions_core.logs import log_fields, shown_error
from interactions_core.mapping.matching import Candidates
from interactions_core.mapping.planning import Plan
from interactions_core.profiles.forming import (
    changes_in_force,
    takes_long_names,
    takes_no_background,
)
from interactions_core.profiles.loading import beliefs_here
from interactions_core.profiles.points import FOREGROUND
from interactions_core.protocol.functions import warn_of_long_names
from interactions_core.records.forms import KnownForm, feature_of
from interactions_core.requests.emptiness import is_empty
from interactions_core.requests.ladder import may_change, reshape, warn_of_left_out
from interactions_core.requests.refusal_texts import PLAIN
from interactions_core.requests.settings import RENAMED
from interactions_core.turns.context import TurnContext
from interactions_core.turns.effects import Flow, store_call

logger: Final = logging.getLogger("interactions_core")


def recall_form(run: TurnContext, plan: Plan, evidence: Candidates) -> Flow[Plan]:
    """Return a plan in the form in which the service answers such requests.

    That is what the store remembers, and what a live profile has found.
    """
    if not _has_features(run, plan):
        return plan
    records = run.records
    known, beliefs = yield from store_call(
        lambda: (records.store.list_forms(), beliefs_here())
    )
    place = (*records.service, run.turn.target_name)
    changes: tuple[str, ...] = ()
    if may_change(plan, run.turn):
        changes = changes_in_force(known, beliefs, place, run.now())
    if RENAMED not in changes and not takes_long_names(beliefs, place):
        warn_of_long_names(run.turn.settings.get("tools"), run.turn.target_name)
    if not changes:
        return plan
    shaped = yield from store_call(lambda: reshape(plan, changes, evidence, run.turn))
    if shaped.form:
        # Another process may have been told when it was refused.
        warn_of_left_out(shaped.form, place)
        told = ", ".join(shaped.form)
        logger.info(
            "%s takes this only as %s",
            run.turn.target_name,
            told,
            extra=log_fields("form_known", run.known, reason=told),
        )
    return replace(shaped, known_form=shaped.form)


def is_known_to_refuse_background(run: TurnContext) -> Flow[bool]:
    """Tell whether whoever is asked is known to take no background.

    That is what the store remembers, and what a live profile has found.
    """
    known, beliefs = yield from store_call(
        lambda: (run.records.store.list_forms(), beliefs_here())
    )
    place = (*run.records.service, run.turn.target_name)
    return takes_no_background(known, beliefs, place, run.now())


def ask_at_once(run: TurnContext, *, is_refusal: bool) -> None:
    """Say that a turn is asked without the background that it was to have.

    Args:
        run: The turn.
        is_refusal: Whether that was refused just now; what is then answered is
            remembered.
    """
    logger.info(
        "%s takes no background; asking it at once",
        run.turn.target_name,
        extra=log_fields("asked_at_once", run.known, reason=FOREGROUND),
    )
    run.tally.recovered.append(FOREGROUND)
    if is_refusal:
        run.tally.learned.append(FOREGROUND)


def remember_form(run: TurnContext, plan: Plan) -> Flow[None]:
    """Remember in which form a request was answered that was refused before.

    What was answered as text alone says nothing of the other changes; and text alone
    is about one list, not about all that a model is asked.
    """
    of_plan = () if PLAIN in plan.form else plan.learned
    changes = (*run.tally.learned, *of_plan)
    if not changes:
        return
    records, now = run.records, run.now()
    platform, api_version = records.service
    forms = [
        KnownForm(
            platform=platform,
            api_version=api_version,
            target=run.turn.target_name,
            feature=feature_of(change),
            change=change,
            answered_at=now,
        )
        for change in changes
    ]
    try:
        yield from store_call(lambda: records.store.keep_forms(_last_of_each(forms)))
    except StoreError as error:
        logger.warning(
            "the form that was answered is not remembered: %s",
            shown_error(error),
            extra=log_fields("form_not_kept", run.known, error=error),
        )


def _has_features(run: TurnContext, plan: Plan) -> bool:
    """Tell whether there is anything in a request that a form may change."""
    if run.turn.settings.keys() - {"system_instruction"}:
        return True
    if any(map(is_empty, plan.steps)):
        return True
    results = any(step.get("type") == "function_result" for step in plan.steps)
    opens = plan.steps and not plan.previous_interaction_id
    return results or bool(opens and plan.steps[0].get("type") != "user_input")


def _last_of_each(forms: list[KnownForm]) -> list[KnownForm]:
    """Keep one form of each feature: what was tried last is what was answered."""
    return list({form.feature: form for form in forms}.values())

"""Write the body of a create.

Pure.
"""

from typing import Final

from interactions_core.mapping.planning import Plan
from interactions_core.protocol.agents import NEW_ENVIRONMENT, check_content
from interactions_core.records.turn import Turn
from interactions_core.requests.instructions import sent_settings
from interactions_core.requests.settings import (
    RENAMED,
    reshape_settings,
    with_short_name,
)

NEW: Final = (None, NEW_ENVIRONMENT)
"""Environments that are no particular one."""


def request_body(turn: Turn, plan: Plan) -> dict[str, object]:
    """Write the body of a create; only what is set goes in.

    Raises:
        UnsupportedContentError: The agent does not take something in the input.
    """
    check_content(turn.target, plan.steps)
    name, value = turn.target
    sent = [*plan.steps]
    if RENAMED in plan.form:
        sent = [with_short_name(step) for step in sent]
    body: dict[str, object] = {name: value, "input": sent}
    if plan.previous_interaction_id:
        body["previous_interaction_id"] = plan.previous_interaction_id
    if not turn.store:
        body["store"] = False
    if turn.background:
        body["background"] = True
    settings = reshape_settings(sent_settings(turn), plan.form)
    return body | settings | _environment(turn, plan)


def _environment(turn: Turn, plan: Plan) -> dict[str, object]:
    """Keep the environment of the chain: its files are part of what is continued.

    API: a chained turn of an agent names the environment beside its parent, and
    `"remote"` alone would be a new one.
    """
    before = plan.parent or plan.base
    wanted = turn.settings.get("environment")
    if turn.target[0] != "agent" or before is None or not before.environment_id:
        return {}
    return {"environment": before.environment_id} if wanted in NEW else {}

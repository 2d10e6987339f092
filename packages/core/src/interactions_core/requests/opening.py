"""Begin a list with something said to the model.

Pure.
"""

from dataclasses import replace

from interactions_core.mapping.planning import Plan
from interactions_core.transcript.parts import text_part
from interactions_core.transcript.steps import user_input


def open_with_words(plan: Plan, nudge: str) -> Plan:
    """Return a plan that begins with the nudge, where the model would speak first.

    Args:
        plan: What would be sent.
        nudge: What is said.
    """
    if plan.previous_interaction_id or not plan.steps:
        return plan
    if plan.steps[0].get("type") == "user_input":
        return plan
    return replace(
        plan,
        steps=(user_input([text_part(nudge)]).wire, *plan.steps),
        synthetic=(0, *(i + 1 for i in plan.synthetic)),
        # The input is nobody's whole context any more.
        base=None,
        base_steps=0,
    )

"""Tell a system instruction as input, to agents that take it in no other way.

Pure. It is a synthetic step: outside the digest, so that what was said to such an
agent and to a model stay one conversation.
"""

from dataclasses import replace

from interactions_core.canonical import Json, JsonObject
from interactions_core.mapping.planning import Plan
from interactions_core.protocol.agents import takes_instruction
from interactions_core.records.turn import Turn
from interactions_core.transcript.parts import text_part
from interactions_core.transcript.steps import user_input

_KEY = "system_instruction"


def tell_instruction(plan: Plan, turn: Turn) -> Plan:
    """Return a plan whose input says the instruction, where the server lacks it.

    A chain on an earlier turn of such an agent has it, unless it has changed.
    """
    text = turn.settings.get(_KEY)
    if not text or takes_instruction(turn.target) or _is_told(plan, turn):
        return plan
    step = user_input([text_part(str(text))]).wire
    if any(plan.steps[i] == step for i in plan.synthetic):
        return plan
    if not turn.transcript.steps and not plan.previous_interaction_id:
        return replace(plan, steps=(step,), synthetic=(0,))
    # Results come right behind their calls.
    place = _results(plan.steps)
    moved = tuple(i if i < place else i + 1 for i in plan.synthetic)
    return replace(
        plan,
        steps=(*plan.steps[:place], step, *plan.steps[place:]),
        synthetic=tuple(sorted((*moved, place))),
        # The input is nobody's whole context any more.
        base=None,
        base_steps=0,
    )


def sent_settings(turn: Turn) -> dict[str, Json]:
    """Return the settings as they are sent."""
    left_out = () if takes_instruction(turn.target) else (_KEY,)
    return {key: turn.settings[key] for key in turn.settings if key not in left_out}


def _is_told(plan: Plan, turn: Turn) -> bool:
    """Tell whether the chain that is continued was told the same."""
    before = plan.parent
    if before is None:
        return False
    kind, _, name = before.target.partition(":")
    return not takes_instruction((kind, name)) and before.setup == turn.setup


def _results(steps: tuple[JsonObject, ...]) -> int:
    found = 0
    while found < len(steps) and steps[found].get("type") == "function_result":
        found += 1
    return found

"""Plans of managed agents: ask a person, and go on as they decide.

`decide_plan` interrupts the graph; the option `plan_decision` of a call takes what it
returns. Neither asks the API anything.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from langchain_core.messages import AIMessage, BaseMessage
from langgraph.types import interrupt

from interactions_core.adapter.options import KEY, PlanDecision, decide, planning_config

PLAN: Final = "interactions.plan"
"""The `type` of the interrupts that wait for a decision."""


def decide_plan(plan: AIMessage) -> PlanDecision:
    """Interrupt the graph until somebody decides on a plan.

    The interrupt's value has the keys `type` (`"interactions.plan"`),
    `interaction_id`, `plan` and `total_tokens`. It is resumed with a `PlanDecision`,
    with `{"approved": True}`, a truth value, or words; words that are neither approval
    nor refusal count as a refusal, and a warning says what another plan costs.

    Args:
        plan: The agent's message.

    Raises:
        ConfigurationError: The graph was resumed with something else.
    """
    name, tokens = _source(plan)
    shown = {"type": PLAN, "interaction_id": name, "plan": plan.text}
    answer = interrupt({**shown, "total_tokens": tokens})
    return decide(answer, plan_id=name, tokens=tokens)


def decided_config(
    options: Mapping[str, Any], messages: Sequence[BaseMessage]
) -> dict[str, Any]:
    """Return the `agent_config` of a call that says what is decided on a plan.

    Args:
        options: Those of the call, laid over the constructor's.
        messages: The list, whose last answer is the plan.

    Raises:
        ConfigurationError: The agent makes no plans, or nothing is decided.
    """
    plans = [one for one in messages if isinstance(one, AIMessage)]
    name, tokens = _source(plans[-1]) if plans else ("", 0)
    decision = decide(options[KEY], plan_id=name, tokens=tokens)
    return planning_config(options.get("agent_config"), decision)


def _source(plan: AIMessage) -> tuple[str, int]:
    """Return which interaction a plan is, and what it took."""
    usage = plan.usage_metadata
    name = str(plan.response_metadata.get("interaction_id") or "")
    return name, usage["total_tokens"] if usage else 0

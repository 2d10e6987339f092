"""What users of an adapter set: options, their checks, and decisions on plans."""

from interactions_core.options.foreign_names import (
    FOREIGN,
    changes_nothing,
    own_name,
    refusal,
    without_foreign,
)
from interactions_core.options.options import (
    PER_CALL,
    OnEmpty,
    check_names,
    in_background,
    merge_call_options,
    safety_settings,
    settings_of,
    target_of,
    tool_choice_of,
)
from interactions_core.options.plan_decisions import (
    KEY,
    PLANS,
    PlanDecision,
    decide,
    planning_config,
    undecided,
)
from interactions_core.options.values import (
    check_unnamed,
    check_values,
    explain_values,
    store_place,
)
from interactions_core.protocol.agents import (
    DEEP_RESEARCH,
    NEW_ENVIRONMENT,
    family_of,
    takes_format,
)
from interactions_core.protocol.combining import CombineTools
from interactions_core.protocol.functions import (
    check_function_name,
    own_names,
    unwritable,
)

__all__ = [
    "DEEP_RESEARCH",
    "FOREIGN",
    "KEY",
    "NEW_ENVIRONMENT",
    "PER_CALL",
    "PLANS",
    "CombineTools",
    "OnEmpty",
    "PlanDecision",
    "changes_nothing",
    "check_function_name",
    "check_names",
    "check_unnamed",
    "check_values",
    "decide",
    "explain_values",
    "family_of",
    "in_background",
    "merge_call_options",
    "own_name",
    "own_names",
    "planning_config",
    "refusal",
    "safety_settings",
    "settings_of",
    "store_place",
    "takes_format",
    "target_of",
    "tool_choice_of",
    "undecided",
    "unwritable",
    "without_foreign",
]

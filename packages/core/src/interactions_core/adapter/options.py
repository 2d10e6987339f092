"""What users of an adapter set: options, their checks, and decisions on plans."""

from interactions_core.options.allowances import ObjectTokens
from interactions_core.options.clients import (
    check_mirror,
    check_server_tools,
    connection_from_options,
    policy_from_options,
)
from interactions_core.options.declared import (
    AnswerOptions,
    ClientArguments,
    CommonOptions,
    OnEmpty,
    OnLostSubmit,
)
from interactions_core.options.foreign_names import (
    FOREIGN,
    changes_nothing,
    own_name,
    refusal,
    without_foreign,
)
from interactions_core.options.options import (
    CHOICES,
    OF_CALLS,
    PER_CALL,
    check_names,
    in_background,
    may_answer_at_once,
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
from interactions_core.options.table import fields_of, options_of_kind, told
from interactions_core.options.values import (
    check_unnamed,
    check_values,
    explaining_values,
    store_place,
)
from interactions_core.protocol.agents import (
    family_of,
    options_for,
    takes_format,
)
from interactions_core.protocol.combining import CombineTools
from interactions_core.protocol.functions import (
    check_function_name,
    own_names,
    unwritable,
)
from interactions_core.turns.allowances import Allowance

__all__ = [
    "CHOICES",
    "FOREIGN",
    "KEY",
    "OF_CALLS",
    "PER_CALL",
    "PLANS",
    "Allowance",
    "AnswerOptions",
    "ClientArguments",
    "CombineTools",
    "CommonOptions",
    "ObjectTokens",
    "OnEmpty",
    "OnLostSubmit",
    "PlanDecision",
    "changes_nothing",
    "check_function_name",
    "check_mirror",
    "check_names",
    "check_server_tools",
    "check_unnamed",
    "check_values",
    "connection_from_options",
    "decide",
    "explaining_values",
    "family_of",
    "fields_of",
    "in_background",
    "may_answer_at_once",
    "merge_call_options",
    "options_for",
    "options_of_kind",
    "own_name",
    "own_names",
    "planning_config",
    "policy_from_options",
    "refusal",
    "safety_settings",
    "settings_of",
    "store_place",
    "takes_format",
    "target_of",
    "told",
    "tool_choice_of",
    "undecided",
    "unwritable",
    "without_foreign",
]

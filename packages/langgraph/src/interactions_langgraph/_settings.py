"""The options of a call as fields of a create body.

Pure. The API forgets system instruction, tools and generation config between turns:
everything here is sent every time, and only what is set.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from interactions_core.exceptions import ConfigurationError
from interactions_langgraph._tools import Tool, declaration, tool_choice

GENERATION: Final = (
    "temperature",
    "top_p",
    "seed",
    "stop_sequences",
    "max_output_tokens",
    "thinking_level",
    "thinking_summaries",
)
"""Options that go into `generation_config`."""

TOP_LEVEL: Final = (
    "agent_config",
    "environment",
    "response_modalities",
    "service_tier",
    "labels",
    "safety_settings",
)
"""Options that are fields of the body."""

PER_CALL: Final = frozenset(
    {
        *GENERATION,
        *TOP_LEVEL,
        "model",
        "agent",
        "tools",
        "tool_choice",
        "store",
        "previous_interaction_id",
        "session_id",
    }
)
"""Options that `invoke`, `bind` and their kin take for one call."""


def settings_of(
    options: Mapping[str, Any],
    *,
    system_instruction: str,
    tools: Sequence[Tool],
    stop: Sequence[str] | None,
) -> dict[str, Any]:
    """Write the fields that are sent with every turn.

    Args:
        options: The constructor's options, overridden by those of the call.
        system_instruction: From the leading system messages.
        tools: Functions and built-in tools.
        stop: LangChain's own stop argument; it wins over `stop_sequences`.
    """
    generation = {key: options[key] for key in GENERATION if _is_set(options, key)}
    if stop:
        generation["stop_sequences"] = list(stop)
    declared = [declaration(tool) for tool in tools]
    choice = tool_choice(options.get("tool_choice"), declared)
    if choice is not None and declared:
        # The API refuses a choice where there is nothing to choose from.
        generation["tool_choice"] = choice
    if generation and _is_set(options, "agent"):
        names = ", ".join(generation)
        msg = f"the API takes no generation config for agents; unset {names}"
        raise ConfigurationError(msg)
    settings: dict[str, Any] = {}
    if system_instruction:
        settings["system_instruction"] = system_instruction
    if declared:
        settings["tools"] = declared
    if generation:
        settings["generation_config"] = generation
    return settings | {key: options[key] for key in TOP_LEVEL if _is_set(options, key)}


def target_of(options: Mapping[str, Any]) -> tuple[str, str]:
    """Return which of `model` and `agent` is asked, as a pair for the body.

    Raises:
        ConfigurationError: Both or neither is given.
    """
    given = [key for key in ("model", "agent") if _is_set(options, key)]
    if len(given) != 1:
        state = "both are given" if given else "neither is given"
        msg = f"exactly one of `model` and `agent` is asked for one turn; {state}"
        raise ConfigurationError(msg)
    return given[0], str(options[given[0]]).removeprefix("models/")


def _is_set(options: Mapping[str, Any], key: str) -> bool:
    return options.get(key) is not None

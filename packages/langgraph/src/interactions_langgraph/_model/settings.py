"""The options of a call as fields of a create body.

Pure. The API forgets system instruction, tools and generation config between turns:
everything here is sent every time, and only what is set.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from interactions_core.adapter.options import OF_CALLS, options_of_kind
from interactions_core.exceptions import ConfigurationError
from interactions_langgraph._model.choices import tool_choice
from interactions_langgraph._model.sealed import revealed
from interactions_langgraph._model.tools import Tool, declare, distinct

GENERATION: Final = (
    *options_of_kind("generation", adapter="langgraph"),
    "speech_config",
    "image_config",
    "video_config",
    "transcription_config",
)
"""Options that go into `generation_config`."""

TOP_LEVEL: Final = (*options_of_kind("body", adapter="langgraph"), "response_format")
"""Options that are fields of the body."""

PER_CALL: Final = frozenset(
    {
        *options_of_kind("target", "turn", adapter="langgraph"),
        *GENERATION,
        *TOP_LEVEL,
        *OF_CALLS,
        "model_kwargs",
        "plan_decision",
    }
)
"""Options that `invoke`, `bind` and their kin take for one call."""

_OURS: Final = frozenset(
    {"model", "agent", "input", "stream", "store", "previous_interaction_id"}
    | {"tools", "system_instruction", "continuation_token", "background"}
)
"""Fields of the body that an adapter decides, so that `model_kwargs` may not."""


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

    Raises:
        ConfigurationError: The options contradict each other, or the API would refuse
            a tool.
    """
    generation = {key: options[key] for key in GENERATION if _is_set(options, key)}
    if stop:
        generation["stop_sequences"] = list(stop)
    declared = distinct(declare(tools))
    choice = tool_choice(options.get("tool_choice"), declared)
    if choice is not None:
        generation["tool_choice"] = choice
    extra = _extra(revealed(options.get("model_kwargs") or {}))
    generation |= extra.pop("generation_config", {})
    settings: dict[str, Any] = {}
    if system_instruction:
        settings["system_instruction"] = system_instruction
    if declared:
        settings["tools"] = [_plain(tool) for tool in declared]
    if generation:
        settings["generation_config"] = generation
    fields = {key: options[key] for key in TOP_LEVEL if _is_set(options, key)}
    for name in ("agent_config", "environment"):
        if name in fields:
            fields[name] = revealed(fields[name])
    return settings | fields | extra


def _plain(tool: Mapping[str, Any]) -> dict[str, Any]:
    """Write a declaration as it is sent: with its secrets, without what is ours."""
    if tool["type"] == "function":
        return {key: value for key, value in tool.items() if key != "strict"}
    return revealed(tool)


def _extra(model_kwargs: Mapping[str, Any]) -> dict[str, Any]:
    for name in model_kwargs:
        if name in _OURS or name in TOP_LEVEL:
            msg = f"model_kwargs cannot hold {name!r}, which has its own option"
            raise ConfigurationError(msg)
    return dict(model_kwargs)


def _is_set(options: Mapping[str, Any], key: str) -> bool:
    return options.get(key) is not None

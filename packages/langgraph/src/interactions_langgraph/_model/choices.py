"""Which tool a model must or may call, in the form of the API."""

from collections.abc import Mapping, Sequence
from typing import Any

from interactions_core.adapter.options import CHOICES
from interactions_core.exceptions import ConfigurationError


# LangChain hands on whatever the user wrote.
def tool_choice(choice: Any, tools: Sequence[Mapping[str, Any]]) -> object:
    """Bring a tool choice into the API's form.

    Args:
        choice: `"auto"`, `"any"`, `"required"`, `"none"`, `True`, a function's name,
            a list of names, or the choice object of OpenAI, Anthropic or the API.
        tools: The declared tools.

    Returns:
        What goes into `generation_config.tool_choice`, or `None` for no choice. Tools
        that ask for `strict` turn `"auto"` into `"validated"`: calls obey schemas.

    Raises:
        ConfigurationError: The choice names no declared function, or there are only
            built-in tools, among which the API lets nobody choose.
    """
    declared = [tool["name"] for tool in tools if tool.get("type") == "function"]
    mode, names = _read_choice(choice)
    if mode in {None, "auto"} and any(map(_is_strict, tools)):
        mode = "validated"
    for name in names:
        if name not in declared:
            known = ", ".join(declared) or "none"
            msg = f"tool_choice names {name!r}, which is not declared ({known})"
            raise ConfigurationError(msg)
    if mode is None or (not declared and not _matters(mode, tools)):
        return None
    if not declared:
        msg = f"tool_choice {mode!r} needs a function: the API chooses among no others"
        raise ConfigurationError(msg)
    return {"allowed_tools": {"mode": mode, "tools": names}} if names else mode


def _is_strict(tool: Mapping[str, Any]) -> bool:
    return tool.get("type") == "function" and bool(tool.get("strict"))


def _matters(mode: str, tools: Sequence[object]) -> bool:
    """Tell whether a choice would change anything without functions."""
    return mode == "any" or (mode == "none" and bool(tools))


def _read_choice(choice: Any) -> tuple[str | None, list[str]]:
    """Return the mode and the functions that a choice is limited to."""
    if choice is None or choice is False:
        return None, []
    if choice is True:
        return "any", []
    if isinstance(choice, str):
        return (CHOICES[choice], []) if choice in CHOICES else ("any", [choice])
    if isinstance(choice, Mapping):
        return _read_mapping(choice)
    return "any", [str(name) for name in choice]


def _read_mapping(choice: Mapping[str, Any]) -> tuple[str | None, list[str]]:
    allowed = choice.get("allowed_tools")
    if isinstance(allowed, Mapping):
        return str(allowed.get("mode", "any")), list(allowed.get("tools") or ())
    name = choice.get("function", choice).get("name")
    if name:
        return "any", [name]
    mode = CHOICES.get(str(choice.get("type")))
    if mode is None:
        msg = (
            f"tool_choice {dict(choice)!r} is of no known form; give a function's name"
        )
        raise ConfigurationError(msg)
    return mode, []

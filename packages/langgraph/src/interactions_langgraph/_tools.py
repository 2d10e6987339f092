"""Tools as the API takes them: flat function declarations beside built-in ones."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool

from interactions_core.exceptions import ConfigurationError

Tool = dict[str, Any] | type | Callable[..., Any] | BaseTool

_CHOICES: Final = {
    "auto": "auto",
    "any": "any",
    "required": "any",
    "none": "none",
    "validated": "validated",
}


def declaration(tool: Tool) -> dict[str, Any]:
    """Declare one tool.

    Functions, pydantic classes, LangChain tools and OpenAI schemas become flat
    `function` declarations; a mapping whose `type` is a built-in tool of the API
    goes as it is.
    """
    if isinstance(tool, Mapping) and _is_built_in(tool):
        return dict(tool)
    function = convert_to_openai_tool(tool)["function"]
    declared: dict[str, Any] = {"type": "function", "name": function["name"]}
    if function.get("description"):
        declared["description"] = function["description"]
    declared["parameters"] = function.get("parameters") or {
        "type": "object",
        "properties": {},
    }
    return declared


# LangChain hands on whatever the user wrote.
def tool_choice(choice: Any, tools: Sequence[Mapping[str, Any]]) -> object:
    """Bring a tool choice into the API's form.

    Args:
        choice: `"auto"`, `"any"`, `"required"`, `"none"`, `True`, a function's name,
            a list of names, or an OpenAI choice object.
        tools: The declared tools.

    Returns:
        What goes into `generation_config.tool_choice`, or `None` for no choice.

    Raises:
        ConfigurationError: The choice names no declared function.
    """
    if choice is None or choice is False:
        return None
    if choice is True:
        return "any"
    if isinstance(choice, str) and choice in _CHOICES:
        return _CHOICES[choice]
    if isinstance(choice, Mapping):
        choice = choice.get("function", choice).get("name")
    names = [choice] if isinstance(choice, str) else list(choice or ())
    declared = [tool["name"] for tool in tools if "name" in tool]
    for name in names:
        if name not in declared:
            known = ", ".join(declared) or "none"
            msg = f"tool_choice names {name!r}, which is not declared ({known})"
            raise ConfigurationError(msg)
    return {"allowed_tools": {"mode": "any", "tools": names}}


def _is_built_in(tool: Mapping[str, Any]) -> bool:
    kind = tool.get("type")
    if kind == "function":
        return "function" not in tool and "name" in tool
    return isinstance(kind, str) and kind != "object" and "properties" not in tool

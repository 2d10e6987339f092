"""Checks the `tools` of a request."""

import re

from interactions_emulator.base import refusals
from interactions_emulator.base.payloads import JsonObject, is_object

_FUNCTION_KEYS = frozenset(
    {
        "type",
        "name",
        "description",
        "short_description",
        "parameters",
        "defer_loading",
    }
)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.:-]{0,127}")
_TYPES = [
    "function",
    "code_execution",
    "mcp_server",
    "filesystem",
    "google_maps",
    "google_search",
    "bash",
    "computer_use",
    "file_search",
    "url_context",
    "tool_search",
]


def check_tools(tools: list[JsonObject], platform: str) -> None:
    """Refuse tools without type, of an unknown type, or in another API's form."""
    supported = [*_TYPES, "retrieval"] if platform == "vertex" else _TYPES
    names: set[str] = set()
    for index, tool in enumerate(tools):
        _check_tool(tool, index, supported)
        deferred = tool.get("defer_loading", False)
        if not isinstance(deferred, bool):
            place = f"tools[{index}].defer_loading"
            raise refusals.wrong_type(place, expected="boolean")
        if tool["type"] == "function":
            _check_function(tool, index, names)


def _check_tool(tool: object, index: int, supported: list[str]) -> None:
    if not is_object(tool):
        raise refusals.wrong_type(place=f"tools[{index}]", expected="object")
    if "type" not in tool:
        raise refusals.missing_key(key="type", place="tools")
    if tool["type"] not in supported:
        raise refusals.unsupported_type(tool["type"], f"tools[{index}]", supported)


def _check_function(tool: JsonObject, index: int, names: set[str]) -> None:
    for key in tool:
        if key not in _FUNCTION_KEYS:
            raise refusals.foreign_tool_key(key, index)
    name, parameters = tool.get("name"), tool.get("parameters")
    if not isinstance(name, str) or not name:
        raise refusals.missing_key(key="name", place=f"tools[{index}]")
    if not _NAME.fullmatch(name):
        raise refusals.invalid_function_name(name, index)
    if parameters is not None and not is_object(parameters):
        raise refusals.wrong_type(place=f"tools[{index}].parameters", expected="object")
    if name in names:
        why = f"function {name!r} is declared twice"
        raise refusals.invalid_argument(why)
    names.add(name)

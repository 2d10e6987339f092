"""Tools as the API takes them: flat function declarations beside built-in ones."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import BaseModel

from interactions_core.adapter.options import check_function_name
from interactions_core.exceptions import ConfigurationError
from interactions_langgraph._model.names import (
    check_schema,
    is_recursive,
    lower_types,
)
from interactions_langgraph._model.sealed import sealed

Tool = dict[str, Any] | type | Callable[..., Any] | BaseTool

_GOOGLE: Final = frozenset(
    {
        "code_execution",
        "computer_use",
        "file_search",
        "google_maps",
        "google_search",
        "retrieval",
        "url_context",
    }
)
"""Built-in tools that Google's other API writes as `{name: {options}}`."""

_COUNTERPARTS: Final = {
    "code_interpreter": "{'type': 'code_execution'}",
    "code_execution": "{'type': 'code_execution'}",
    "enterprise_web_search": "{'type': 'google_search'}",
    "exa_ai_search": "{'type': 'google_search'}",
    "google_search_retrieval": "{'type': 'google_search'}",
    "parallel_ai_search": "{'type': 'google_search'}",
    "mcp_servers": "{'type': 'mcp_server', 'name': …, 'url': …, 'headers': …}",
    "mcp": "{'type': 'mcp_server', 'name': …, 'url': …, 'headers': …}",
    "web_fetch": "{'type': 'url_context'}",
    "web_search": "{'type': 'google_search'}",
}
"""Built-in tools of other providers and of Google's other API, and what this one has
instead."""

_FUNCTION_KEYS: Final = frozenset(
    {"type", "name", "description", "short_description", "parameters", "strict"}
    | {"defer_loading", "parameters_json_schema"}
)
"""What a function may have: the API's fields, OpenAI's promise, Google's other form."""

_OPEN_PARAMETERS: Final = {"type": "object", "properties": {}}


class Declared(dict[str, Any]):
    """A tool in the API's form that has been checked.

    A function may have `strict` beside the API's fields: its calls obey its schema.
    """


class Bound(dict[str, Any]):
    """A function that has been checked, in OpenAI's form.

    That is what others read of a bound model: `create_react_agent`, supervisors,
    traces.
    """


def to_bound(declared: Iterable[Declared]) -> list[Declared | Bound]:
    """Write tools as others expect to find them among the options of a bound model."""
    return [
        _to_bound(tool) if tool["type"] == "function" else tool for tool in declared
    ]


def declare(tools: Iterable[Tool]) -> list[Declared]:
    """Declare tools.

    Functions, pydantic classes, TypedDicts, LangChain tools and the dicts of OpenAI,
    Anthropic and Google become flat `function` declarations; a dict whose `type` is a
    built-in tool of the API goes as it is, its secrets sealed.

    Raises:
        ConfigurationError: The API would refuse a name or a schema, or the tool is
            another provider's.
    """
    return [declared for tool in tools for declared in _declare(tool)]


def distinct(declared: Iterable[Declared]) -> list[Declared]:
    """Join equal functions, and refuse different ones of one name.

    Raises:
        ConfigurationError: Two functions have one name; the API refuses that.
    """
    functions: dict[str, Declared] = {}
    result: list[Declared] = []
    for tool in declared:
        if tool["type"] == "function":
            known = functions.setdefault(tool["name"], tool)
            if known != tool:
                msg = f"two tools are named {tool['name']!r}; rename one of them"
                raise ConfigurationError(msg)
            if known is not tool:
                continue
        result.append(tool)
    return result


def _to_bound(tool: Declared) -> Bound:
    function = {key: value for key, value in tool.items() if key != "type"}
    return Bound(type="function", function=function)


def _flat(tool: Declared | Bound) -> Declared:
    if isinstance(tool, Declared):
        return tool
    return Declared(type="function", **tool["function"])


def _declare(tool: Any) -> Iterable[Declared]:
    if isinstance(tool, Declared | Bound):
        return [_flat(tool)]
    if isinstance(tool, BaseModel) and type(tool).__module__ == "google.genai.types":
        tool = tool.model_dump(exclude_none=True, mode="json")
        tool = {"function_declarations": [tool]} if "name" in tool else tool
    if not isinstance(tool, Mapping):
        return [_function(_convert(tool))]
    if "function_declarations" in tool or tool.keys() & _GOOGLE:
        return _of_google(tool)
    kind = tool.get("type")
    if kind == "function" and "function" not in tool:
        return [_function(_without_openapi(tool))]
    if isinstance(kind, str) and kind not in {"function", "object", "custom"}:
        return [_built_in(kind, tool)]
    if kind is None and not tool.keys() & _SHAPES:
        raise _unreadable_error(tool)
    return [_function(_convert(tool))]


_SHAPES: Final = frozenset(
    {"name", "title", "function", "toolSpec", "input_schema", "properties"}
)


def _of_google(tool: Mapping[str, Any]) -> Iterable[Declared]:
    for key, value in tool.items():
        if key == "function_declarations":
            for function in value:
                yield _function(_without_openapi(function))
        elif key in _GOOGLE:
            yield _built_in(key, {"type": key, **(value or {})})
        else:
            raise _unreadable_error(tool)


def _without_openapi(function: Any) -> Mapping[str, Any]:
    if isinstance(function, BaseModel) and not isinstance(function, BaseTool):
        function = function.model_dump(exclude_none=True, mode="json")
    if not isinstance(function, Mapping):
        return _convert(function)
    schema = function.get("parameters_json_schema") or lower_types(
        function.get("parameters")
    )
    return {**function, "parameters": schema}


def _convert(tool: Any) -> Mapping[str, Any]:
    try:
        function = convert_to_openai_tool(tool)["function"]
    except (ValueError, TypeError) as exc:
        raise _unreadable_error(tool, f" ({exc})") from exc
    schema = _schema_of(tool)
    if schema is not None and is_recursive(schema):
        # LangChain inlines references, and cuts those that never end.
        rest = {k: v for k, v in schema.items() if k not in {"title", "description"}}
        return {**function, "parameters": rest}
    return function


def _schema_of(tool: Any) -> Mapping[str, Any] | None:
    if isinstance(tool, BaseTool):
        tool = tool.tool_call_schema
    if isinstance(tool, type) and issubclass(tool, BaseModel):
        return tool.model_json_schema()
    return tool if isinstance(tool, Mapping) else None


def _function(function: Mapping[str, Any]) -> Declared:
    name = function.get("name")
    check_function_name(name)
    unknown = sorted(function.keys() - _FUNCTION_KEYS)
    if unknown:
        msg = f"the API takes no {', '.join(unknown)} of the function {name!r}"
        raise ConfigurationError(msg)
    declared = Declared(type="function", name=name)
    for key in ("description", "short_description", "defer_loading"):
        if function.get(key):
            declared[key] = function[key]
    declared["parameters"] = function.get("parameters") or _OPEN_PARAMETERS
    check_schema(f"the function {name!r}", declared["parameters"])
    if function.get("strict"):
        declared["strict"] = True
    return declared


def _built_in(kind: str, tool: Mapping[str, Any]) -> Declared:
    # Theirs are versioned: `web_search_20250305`, `web_search_preview`.
    counterpart = _COUNTERPARTS.get(re.sub(r"_(\d+|preview\w*)$", "", kind))
    if counterpart is not None and kind != "code_execution":
        msg = f"the API has no tool of type {kind!r}; use {counterpart}"
        raise ConfigurationError(msg)
    return Declared(sealed(tool))


def _unreadable_error(tool: Any, why: str = "") -> ConfigurationError:
    theirs = (
        [key for key in tool if key in _COUNTERPARTS]
        if isinstance(tool, Mapping)
        else []
    )
    if theirs:
        msg = f"the API has no tool {theirs[0]!r}; use {_COUNTERPARTS[theirs[0]]}"
        return ConfigurationError(msg)
    shown = (
        f"a dict with {', '.join(map(repr, tool))}"
        if isinstance(tool, Mapping)
        else f"a {type(tool).__name__}"
    )
    return ConfigurationError(
        f"{shown} is no tool that can be declared{why}; give a function, a class, a "
        "LangChain tool, or a dict such as {'type': 'google_search'}"
    )

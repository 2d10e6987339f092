"""Tools as the API takes them: flat function declarations beside built-in ones."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, cast

from autogen_core.tools import Tool, ToolSchema
from pydantic import BaseModel

from interactions_core.adapter import Json, JsonObject
from interactions_core.adapter.options import tool_choice_of, unwritable
from interactions_core.exceptions import ConfigurationError

ToolChoice = Tool | Literal["auto", "required", "none"]

JSON_MIME: Final = "application/json"

_NO_PARAMETERS: Final[Mapping[str, Any]] = {"type": "object", "properties": {}}


def declaration(tool: Tool | ToolSchema | Mapping[str, Any]) -> dict[str, Any]:
    """Declare one tool.

    AutoGen's tools and schemas become flat `function` declarations; a mapping whose
    `type` is a built-in tool of the API goes as it is. The API has no counterpart to
    `strict`: it checks arguments where the tool choice is `validated`.

    Raises:
        ConfigurationError: A tool cannot say what it takes.
    """
    if isinstance(tool, Mapping) and "type" in tool:
        return dict(tool)
    schema = schema_of(tool)
    declared: dict[str, Any] = {"type": "function", "name": schema.get("name")}
    if schema.get("description"):
        declared["description"] = schema["description"]
    declared["parameters"] = dict(schema.get("parameters") or _NO_PARAMETERS)
    return declared


def schema_of(tool: Tool | ToolSchema | Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a tool says of itself.

    Raises:
        ConfigurationError: AutoGen cannot write it, as where an argument contains
            itself.
        ValueError: AutoGen refuses it, for `strict` for instance.
    """
    if isinstance(tool, Mapping):
        # A `ToolSchema` is a mapping whose keys may be missing.
        return cast("Mapping[str, Any]", tool)
    try:
        return cast("Mapping[str, Any]", tool.schema)
    except ValueError:
        raise
    # AutoGen's libraries have errors of their own for what contains itself.
    except Exception as exc:
        raise unwritable(tool.name, exc) from exc


def tool_choice(
    choice: ToolChoice | str | Sequence[str], tools: Sequence[JsonObject]
) -> Json:
    """Bring a tool choice into the API's form; `"auto"` needs no words.

    Raises:
        ConfigurationError: The choice is a tool that is not among `tools`.
    """
    named = choice.name if isinstance(choice, Tool) else choice
    return None if named == "auto" else tool_choice_of(named, tools)


def response_format(json_output: object) -> dict[str, Any] | None:
    """Ask for JSON text, of a pydantic class's schema if one is given.

    Raises:
        ConfigurationError: It is neither a bool nor a pydantic class.
    """
    if json_output is None or json_output is False:
        return None
    asked: dict[str, Any] = {"type": "text", "mime_type": JSON_MIME}
    if json_output is True:
        return asked
    if isinstance(json_output, type) and issubclass(json_output, BaseModel):
        return asked | {"schema": json_output.model_json_schema()}
    msg = f"json_output is a bool or a pydantic class, not {json_output!r}"
    raise ConfigurationError(msg)

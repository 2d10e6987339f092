"""CrewAI's tools as the API takes them: flat function declarations."""

import json
from collections.abc import Mapping
from typing import Any, cast

from pydantic import BaseModel

from interactions_core.exceptions import ConfigurationError


def declaration(tool: Mapping[str, Any]) -> dict[str, Any]:
    """Declare one tool.

    Args:
        tool: `{"type": "function", "function": {...}}` as CrewAI hands it over, the
            inner part of it, or both in one, as CrewAI's own classes take them; or a
            built-in tool of the API, which goes as it is.

    Raises:
        ConfigurationError: A function has no name.
    """
    if tool.get("type", "function") != "function":
        return dict(tool)
    described = _described(tool)
    if not described.get("name"):
        msg = f"a tool without a name cannot be declared; it has {sorted(described)}"
        raise ConfigurationError(msg)
    declared: dict[str, Any] = {"type": "function", "name": described["name"]}
    if described.get("description"):
        declared["description"] = described["description"]
    declared["parameters"] = _parameters(described)
    return declared


def _described(tool: Mapping[str, Any]) -> Mapping[str, Any]:
    inner = tool.get("function", tool)
    # A JSON object has strings for keys.
    return cast("Mapping[str, Any]", inner) if isinstance(inner, Mapping) else {}


def _parameters(described: Mapping[str, Any]) -> dict[str, Any]:
    given: dict[str, Any] | None = described.get("parameters")
    # CrewAI's name for a pydantic class of the arguments.
    model: type[BaseModel] | None = described.get("args_schema")
    if given or model is None:
        return given or {"type": "object", "properties": {}}
    return model.model_json_schema()


def response_format(schema: type[BaseModel]) -> dict[str, Any]:
    """Ask for JSON text of a pydantic class's schema."""
    return {
        "type": "text",
        "mime_type": "application/json",
        "schema": schema.model_json_schema(),
    }


def format_in_words(schema: type[BaseModel]) -> str:
    """Ask for the same where the API takes no format: CrewAI parses what is said."""
    wanted = json.dumps(schema.model_json_schema(), ensure_ascii=False)
    return (
        "Answer with one JSON object and nothing else: no words around it, no code "
        f"fence. It must fit this JSON schema: {wanted}"
    )

"""CrewAI's tools as the API takes them: flat function declarations."""

from collections.abc import Mapping
from typing import Any, cast

from pydantic import BaseModel

from interactions_core.exceptions import ConfigurationError


def declaration(tool: Mapping[str, Any]) -> dict[str, Any]:
    """Declare one tool.

    Args:
        tool: `{"type": "function", "function": {...}}` as CrewAI hands it over, or
            a built-in tool of the API, which goes as it is.

    Raises:
        ConfigurationError: A function has no name.
    """
    function = tool.get("function")
    if not isinstance(function, Mapping):
        return dict(tool)
    # A JSON object has strings for keys.
    described = cast("Mapping[str, Any]", function)
    if not described.get("name"):
        msg = f"a tool without a name cannot be declared; it has {sorted(described)}"
        raise ConfigurationError(msg)
    declared: dict[str, Any] = {"type": "function", "name": described["name"]}
    if described.get("description"):
        declared["description"] = described["description"]
    declared["parameters"] = described.get("parameters") or {
        "type": "object",
        "properties": {},
    }
    return declared


def response_format(schema: type[BaseModel]) -> dict[str, Any]:
    """Ask for JSON text of a pydantic class's schema."""
    return {
        "type": "text",
        "mime_type": "application/json",
        "schema": schema.model_json_schema(),
    }

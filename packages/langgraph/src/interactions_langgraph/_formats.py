"""Answers' formats in the form of the API.

Pure. What LangChain, OpenAI and Google's other API write is understood; a format of
this API goes as it is.
"""

from collections.abc import Mapping
from typing import Any

from langchain_core.utils.function_calling import convert_to_json_schema
from pydantic import BaseModel

from interactions_core.exceptions import ConfigurationError
from interactions_langgraph._names import check_schema, lowered

_JSON = {"type": "text", "mime_type": "application/json"}


def json_format(schema: Any = None) -> dict[str, Any]:
    """Ask for JSON, of a schema if there is one.

    Args:
        schema: A pydantic class, a TypedDict, a JSON schema, or `None`.

    Raises:
        ConfigurationError: The API would refuse the schema.
    """
    if schema is None:
        return dict(_JSON)
    written = json_schema(schema)
    check_schema(f"the answer's format {name_of(schema)!r}", written)
    return {**_JSON, "schema": written}


def json_schema(schema: Any) -> dict[str, Any]:
    """Write a schema as JSON Schema; references stay, the API reads them."""
    if isinstance(schema, Mapping):
        inner = schema.get("json_schema", schema)
        if "schema" in inner:
            inner = inner["schema"]
        elif "parameters" in inner and "properties" not in inner:
            inner = inner["parameters"]
        return dict(lowered(inner))
    if isinstance(schema, type) and issubclass(schema, BaseModel):
        return schema.model_json_schema()
    try:
        return convert_to_json_schema(schema)
    except (ValueError, TypeError) as exc:
        msg = f"{schema!r} is no schema: give a pydantic class, TypedDict or dict"
        raise ConfigurationError(msg) from exc


def name_of(schema: Any) -> str:
    """Name a schema for people."""
    if isinstance(schema, Mapping):
        return str(schema.get("title") or schema.get("name") or "answer")
    return str(getattr(schema, "__name__", "answer"))


def response_format(value: Any) -> Any:
    """Bring a response format into the API's form.

    Args:
        value: The API's own object or list of them, a class, OpenAI's
            `{"type": "json_schema"}` or `{"type": "json_object"}`, or a JSON schema.
    """
    if isinstance(value, list | tuple):
        return [response_format(one) for one in value]
    if not isinstance(value, Mapping):
        return json_format(value)
    kind = value.get("type")
    if kind == "json_object":
        return json_format()
    if kind == "json_schema" or (kind == "object" and "properties" in value):
        return json_format(value)
    if kind == "text" and value.get("schema") is not None:
        return {**value, **json_format(value["schema"])}
    return dict(value)

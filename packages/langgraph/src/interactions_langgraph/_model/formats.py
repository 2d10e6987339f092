"""Answers' formats in the form of the API.

Pure. What LangChain, OpenAI and Google's other API write is understood; a format of
this API goes as it is.
"""

import dataclasses
from collections.abc import Mapping
from enum import Enum
from typing import Any, Final, get_origin

from langchain_core.utils.function_calling import convert_to_json_schema
from pydantic import BaseModel, PydanticUserError, TypeAdapter

from interactions_core.exceptions import ConfigurationError
from interactions_langgraph._model.names import check_schema, lower_types

_JSON = {"type": "text", "mime_type": "application/json"}
_BUILT_IN: Final = (bool, int, float, str, list, dict)
_TYPES: Final = frozenset({"array", "string", "integer", "number", "boolean"})
"""Types of JSON Schema that are no format of the API."""
_UNTYPED: Final = frozenset({"anyOf", "oneOf", "enum", "$ref", "properties"})


def json_format(schema: Any = None) -> dict[str, Any]:
    """Ask for JSON, of a schema if there is one.

    Args:
        schema: A pydantic class, a TypedDict, another type that pydantic knows, a JSON
            schema (in OpenAI's wrapper too), or `None`.

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
        inner = unwrapped(schema)
        for key in ("schema", "parameters", "input_schema"):
            if isinstance(inner.get(key), Mapping) and "properties" not in inner:
                return dict(lower_types(inner[key]))
        return dict(lower_types(inner))
    if isinstance(schema, type) and issubclass(schema, BaseModel):
        return schema.model_json_schema()
    try:
        if is_typed(schema):
            return TypeAdapter(schema).json_schema()
        return convert_to_json_schema(schema)
    except (ValueError, TypeError, PydanticUserError) as exc:
        msg = (
            f"{schema!r} is no schema: give a pydantic class, TypedDict, dataclass, "
            "Enum class or dict"
        )
        raise ConfigurationError(msg) from exc


def unwrapped(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Take a schema with its name out of what OpenAI puts around it."""
    for key in ("json_schema", "function"):
        if isinstance(schema.get(key), Mapping) and schema.get("type") == key:
            return schema[key]
    inner = schema.get("json_schema")
    return inner if isinstance(inner, Mapping) else schema


def is_typed(schema: Any) -> bool:
    """Tell whether a schema is a type that pydantic makes objects of, but no model."""
    if isinstance(schema, type) and (
        issubclass(schema, Enum) or dataclasses.is_dataclass(schema)
    ):
        return True
    return schema in _BUILT_IN or get_origin(schema) is not None


def name_of(schema: Any) -> str:
    """Name a schema, as people or a function's declaration do."""
    if isinstance(schema, Mapping):
        inner = unwrapped(schema)
        return str(inner.get("title") or inner.get("name") or "answer")
    if not isinstance(schema, type) or schema in _BUILT_IN or get_origin(schema):
        return "answer"
    return schema.__name__


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
    if kind == "json_schema" or _is_schema(value):
        return json_format(value)
    if kind == "text" and value.get("schema") is not None:
        return {**value, **json_format(value["schema"])}
    return dict(value)


def _is_schema(value: Mapping[str, Any]) -> bool:
    """Tell a JSON schema from a format of the API, which has another `type`."""
    kind = value.get("type")
    if kind == "object":
        return "properties" in value
    return kind in _TYPES or (kind is None and bool(value.keys() & _UNTYPED))

"""What an answer is to be: schemas of every kind, and how a value is read by them.

Pure. Functions take objects only, so an answer that is a list, a choice or a number is
the argument `value` of the call that brings it.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic import RootModel, TypeAdapter

from interactions_langgraph._model.formats import (
    is_typed,
    json_schema,
    name_of,
    unwrapped,
)
from interactions_langgraph._model.tools import Declared, declare

VALUE: Final = "value"
"""The argument that holds an answer that is no object."""


def reader_of(schema: Any) -> Callable[[Any], Any] | None:
    """Return what makes an object of a schema's class; `None` where JSON is enough."""
    if is_typed(schema) or _is_root(schema):
        return TypeAdapter(schema).validate_python
    return None


def is_wrapped(schema: Any) -> bool:
    """Tell whether an answer of this schema would be the argument of a call."""
    if isinstance(schema, Mapping):
        if _is_tool(schema):
            return False
    elif not is_typed(schema) and not _is_root(schema):
        return False
    written = json_schema(schema)
    return written.get("type") != "object" and "properties" not in written


def answer_function(schema: Any) -> Declared:
    """Declare the function whose call is the answer.

    Raises:
        ConfigurationError: The API would refuse its schema or its name.
    """
    described = None
    if isinstance(schema, Mapping):
        inner = unwrapped(schema)
        described = inner.get("description")
        is_named = inner is schema and "title" in schema and not is_wrapped(schema)
        if is_named or _is_tool(schema):
            return declare([dict(schema)])[0]
    elif not is_typed(schema) and not _is_root(schema):
        return declare([schema])[0]
    written = json_schema(schema)
    definitions = written.pop("$defs", None)
    function: dict[str, Any] = {"type": "function", "name": name_of(schema)}
    described = written.pop("description", None) or described
    if described:
        function["description"] = described
    if is_wrapped(schema):
        properties = {VALUE: written}
        written = {"type": "object", "properties": properties, "required": [VALUE]}
    if definitions:
        written["$defs"] = definitions
    return declare([{**function, "parameters": written}])[0]


def _is_tool(schema: Mapping[str, Any]) -> bool:
    """Tell a function, as OpenAI, Anthropic or Amazon declare it, from a schema."""
    if "toolSpec" in schema or schema.get("type") == "function":
        return True
    return "name" in schema and "schema" not in schema and "type" not in schema


def _is_root(schema: Any) -> bool:
    return isinstance(schema, type) and issubclass(schema, RootModel)

"""What a function's schema must be for the API to take it.

Pure. Refusals come before anything is sent, and name the function.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from interactions_core.exceptions import ConfigurationError

_VALUES: Final = frozenset({"default", "enum", "const", "examples"})
"""Keywords whose value is data and not a schema."""


def check_schema(owner: str, schema: object) -> None:
    """Refuse a JSON schema that the API would refuse.

    Args:
        owner: Whose schema it is, for the error.
        schema: The schema.

    Raises:
        ConfigurationError: It is not JSON, describes a tuple by a list of `items`, or
            refers to what is not in it.
    """
    if not isinstance(schema, Mapping):
        raise _schema_error(owner, f"is no object but {type(schema).__name__}")
    try:
        json.dumps(schema, allow_nan=False)
    except (TypeError, ValueError) as exc:
        raise _schema_error(owner, f"cannot be written as JSON ({exc})") from exc
    for part in _parts(schema):
        if isinstance(part.get("items"), list):
            problem = "describes a tuple by a list of `items`; use `prefixItems`"
            raise _schema_error(owner, problem)
        ref = part.get("$ref")
        if isinstance(ref, str) and not _resolves(ref, schema):
            raise _schema_error(owner, f"refers to {ref!r}, which is not in it")


def lower_types(schema: Any) -> Any:
    """Write the types of an OpenAPI schema as JSON Schema does: `OBJECT` as `object`."""
    if isinstance(schema, list):
        return [lower_types(item) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    result: dict[str, Any] = {}
    for key, value in schema.items():
        if key == "type" and isinstance(value, str):
            result[key] = value.lower()
        elif key == "properties" and isinstance(value, Mapping):
            result[key] = {name: lower_types(item) for name, item in value.items()}
        else:
            result[key] = value if key in _VALUES else lower_types(value)
    return result


def is_recursive(schema: Mapping[str, Any]) -> bool:
    """Tell whether a definition of a schema contains itself."""
    definitions = schema.get("$defs") or {}
    refers = {
        name: {str(p["$ref"]) for p in _parts(body) if isinstance(p.get("$ref"), str)}
        for name, body in definitions.items()
        if isinstance(body, Mapping)
    }
    for name in refers:
        seen: set[str] = set()
        waiting = [name]
        while waiting:
            for ref in refers.get(waiting.pop(), ()):
                target = ref.removeprefix("#/$defs/")
                if target == name:
                    return True
                if target not in seen:
                    seen.add(target)
                    waiting.append(target)
    return False


def _schema_error(owner: str, problem: str) -> ConfigurationError:
    return ConfigurationError(f"the schema of {owner} {problem}")


def _parts(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield a schema and all schemas in it."""
    waiting: list[object] = [schema]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting += one
        elif isinstance(one, Mapping):
            yield one
            for key, value in one.items():
                if key == "properties" and isinstance(value, Mapping):
                    waiting += value.values()
                elif key not in _VALUES:
                    waiting.append(value)


def _resolves(ref: str, root: Mapping[str, Any]) -> bool:
    if not ref.startswith("#"):
        return False
    found: object = root
    for part in ref.removeprefix("#").strip("/").split("/"):
        if not part:
            continue
        name = part.replace("~1", "/").replace("~0", "~")
        if not isinstance(found, Mapping) or name not in found:
            return False
        found = found[name]
    return True

"""Reads JSON schemas, also those that no validator would accept."""

from typing import Any

from interactions_emulator.payloads import JsonObject, is_list, is_number, is_object

MAX_DEPTH = 12
MAX_SIZE = 1_000


def resolve(schema: object, root: JsonObject) -> JsonObject:
    """Follow references and take the first useful branch of a union."""
    for _ in range(MAX_DEPTH):
        if not is_object(schema):
            return {}
        if isinstance(schema.get("$ref"), str):
            schema = _lookup(schema["$ref"], root)
            continue
        union = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
        if not is_list(union):
            return schema
        useful = [o for o in union if not (is_object(o) and o.get("type") == "null")]
        schema = (useful or union)[0] if union else {}
    return {}


def type_of(schema: JsonObject) -> str:
    """Return the type of a schema, without null; untyped counts as it looks."""
    kind = schema.get("type")
    if is_list(kind):
        kind = next((name for name in kind if name != "null"), "null")
    if isinstance(kind, str):
        return kind.lower()
    if "properties" in schema:
        return "object"
    return "array" if "items" in schema else "string"


def default_of(schema: JsonObject, kind: str) -> Any:  # noqa: ANN401  any JSON
    """Return the schema's default, or the plainest value of the type."""
    if "default" in schema:
        return schema["default"]
    if kind in {"integer", "number"}:
        return schema.get("minimum", 0)
    if kind == "boolean":
        return False
    if kind == "null":
        return None
    return "x" * size_of(schema.get("minLength"))


def properties_of(schema: JsonObject) -> tuple[JsonObject, list[str]]:
    """Return the properties of an object schema, and which are required."""
    properties, required = schema.get("properties"), schema.get("required")
    known = properties if is_object(properties) else {}
    names = required if is_list(required) else []
    return known, [name for name in names if isinstance(name, str) and name in known]


def size_of(value: object) -> int:
    """Return a length that a schema asks for, within reason."""
    return int(min(max(value, 0), MAX_SIZE)) if is_number(value) else 0


def _lookup(ref: str, root: JsonObject) -> object:
    found: object = root
    for part in ref.removeprefix("#/").split("/"):
        found = found.get(part) if is_object(found) else None
    return found

"""Reads JSON schemas, also those that no validator would accept."""

from typing import Any

from interactions_emulator.base.limits import fit
from interactions_emulator.base.payloads import JsonObject, is_list, is_object

MAX_DEPTH = 12
_MOST_MERGED = 3


def resolve(
    schema: object, root: JsonObject, *, shallow: bool = False, depth: int = 0
) -> JsonObject:
    """Follow references, merge `allOf`, and take one branch of a union.

    Args:
        schema: The schema to read.
        root: Where references lead.
        shallow: Take the branch that nests least, so that recursion ends.
        depth: How many `allOf` the schema is in.
    """
    for _ in range(MAX_DEPTH):
        if not is_object(schema) or depth > _MOST_MERGED:
            return {}
        if isinstance(schema.get("$ref"), str):
            schema = _beside(schema, "$ref", _lookup(schema["$ref"], root))
        elif is_list(schema.get("allOf")):
            schema = _merged(schema, root, depth)
        elif union := _union(schema):
            schema = _beside(schema, union, _branch(schema[union], shallow=shallow))
        else:
            return schema
    return {}


def _union(schema: JsonObject) -> str | None:
    names = (name for name in ("anyOf", "oneOf") if is_list(schema.get(name)))
    return next(names, None)


def _beside(schema: JsonObject, key: str, taken: object) -> JsonObject:
    """Put what a keyword stands for among the keywords beside it."""
    rest = {name: value for name, value in schema.items() if name != key}
    return {**rest, **taken} if is_object(taken) else rest


def _branch(union: list[Any], *, shallow: bool) -> object:
    useful = [o for o in union if not (is_object(o) and o.get("type") == "null")]
    if shallow:
        flat = [one for one in union if is_object(one) and not _nests(one)]
        return (flat or union or [{}])[-1]
    return (useful or union or [{}])[0]


def _nests(schema: JsonObject) -> bool:
    return "$ref" in schema or type_of(schema) in {"object", "array"}


def _merged(schema: JsonObject, root: JsonObject, depth: int) -> JsonObject:
    merged = _beside(schema, "allOf", {})
    for part in schema["allOf"]:
        one = resolve(part, root, depth=depth + 1)
        properties = {**_properties(merged), **_properties(one)}
        required = [*_required(merged), *_required(one)]
        merged = {**merged, **one}
        if properties:
            merged |= {"properties": properties, "required": required}
    return merged


def _properties(schema: JsonObject) -> JsonObject:
    properties = schema.get("properties")
    return properties if is_object(properties) else {}


def _required(schema: JsonObject) -> list[Any]:
    required = schema.get("required")
    return required if is_list(required) else []


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
        return fit(0, schema)
    if kind == "boolean":
        return False
    if kind == "null":
        return None
    return fit("", schema)


def properties_of(schema: JsonObject) -> tuple[JsonObject, list[str]]:
    """Return the properties of an object schema, and which are required."""
    known = _properties(schema)
    names = [name for name in _required(schema) if isinstance(name, str)]
    return known, [name for name in dict.fromkeys(names) if name in known]


def _lookup(ref: str, root: JsonObject) -> object:
    found: object = root
    if ref == "#":
        return root
    for part in ref.removeprefix("#/").split("/"):
        part = part.replace("~1", "/").replace("~0", "~")  # noqa: PLW2901  JSON Pointer
        found = found.get(part) if is_object(found) else None
    return found

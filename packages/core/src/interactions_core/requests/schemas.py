"""Make a JSON schema plainer: without bounds, then without what only people read.

Pure. What a keyword is depends on where it stands: a property may be called `title`.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from interactions_core.canonical import Json, JsonObject

_WORDS: Final = {
    "minimum": "at least {}",
    "exclusiveMinimum": "more than {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "less than {}",
    "multipleOf": "a multiple of {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "pattern": "matching the regular expression {}",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "uniqueItems": "no item twice",
}

BOUNDS: Final = frozenset(_WORDS)
"""Reported as refused; whoever asked checks them in the answer anyway."""

REMARKS: Final = frozenset({"title", "default", "examples", "discriminator"})
"""What people and validators read. Not all of it is documented as taken."""

_CONST: Final = "const"
"""Not documented as taken, while `enum` is, for texts and numbers."""

_OF_NAMES: Final = frozenset(
    {"properties", "patternProperties", "dependentSchemas", "$defs", "definitions"}
)
_LISTS: Final = frozenset({"anyOf", "oneOf", "allOf", "prefixItems"})
_ONE: Final = frozenset(
    {
        *("items", "additionalItems", "additionalProperties", "unevaluatedItems"),
        *("unevaluatedProperties", "propertyNames", "contains", "not"),
        *("if", "then", "else"),
    }
)
_DEEPEST: Final = 6
"""References within references: each level may double what is written out."""


def strip_bounds(schema: Json) -> Json:
    """Return a schema that says in words, in descriptions, how much there may be."""
    return _without(schema, BOUNDS)


def strip_keywords(schema: Json) -> Json:
    """Return a schema without bounds and remarks, and no reference qualified.

    A constant becomes the only one of a list of values, where such a list is taken. A
    reference with something beside it becomes what it refers to, under what stands
    beside it. One that leads back to itself loses what stands beside it.
    """
    plain = _without(schema, BOUNDS | REMARKS | {_CONST})
    return _inlined(plain, plain, ())


def keywords_of(schema: Json) -> frozenset[str]:
    """Return the keywords of a schema that `strip_keywords` would take away."""
    return frozenset(_keywords(schema))


def _without(schema: Json, keywords: frozenset[str]) -> Json:
    if not isinstance(schema, Mapping):
        return schema
    left = {key: schema[key] for key in schema if key not in keywords}
    if _CONST in keywords and _is_text_or_number(schema.get(_CONST)):
        left["enum"] = [schema[_CONST]]
    bounds = _bounds_in_words(schema)
    # Beside a reference a description is reported as refused, too.
    if bounds and "$ref" not in schema:
        before = f"{schema['description']} " if schema.get("description") else ""
        left["description"] = f"{before}({', '.join(bounds)})"
    return _mapped(left, lambda part: _without(part, keywords))


def _bounds_in_words(schema: JsonObject) -> list[str]:
    """Say which values are asked for; the model is to know, whoever checks them."""
    # In the older draft a bound is exclusive or not: `true` says nothing by itself.
    said = {
        key: schema[key]
        for key in _WORDS
        if key in schema and (schema[key] is True) is (key == "uniqueItems")
    }
    return [_WORDS[key].format(said[key]) for key in said if said[key] is not False]


def _is_text_or_number(value: Json) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _mapped(schema: JsonObject, change: Callable[[Json], Json]) -> JsonObject:
    """Change every schema that stands directly in a schema."""
    return {key: _changed(key, schema[key], change) for key in schema}


def _changed(key: str, value: Json, change: Callable[[Json], Json]) -> Json:
    if key in _OF_NAMES and isinstance(value, Mapping):
        return {name: change(value[name]) for name in value}
    if (key in _LISTS or key in _ONE) and isinstance(value, list | tuple):
        # `items` was a list before `prefixItems`.
        return [change(part) for part in value]
    return change(value) if key in _ONE else value


def _inlined(schema: Json, root: Json, inside: tuple[str, ...]) -> Json:
    if not isinstance(schema, Mapping):
        return schema
    name = schema.get("$ref")
    if isinstance(name, str) and len(schema) > 1:
        found = None if name in inside else _target(name, root)
        if not isinstance(found, Mapping) or len(inside) >= _DEEPEST:
            return {"$ref": name}
        beside = {key: schema[key] for key in schema if key != "$ref"}
        return _inlined({**found, **beside}, root, (*inside, name))
    return _mapped(schema, lambda part: _inlined(part, root, inside))


def _target(name: str, root: Json) -> Json:
    """Follow a reference within the document; `None` if it leads elsewhere."""
    if not name.startswith("#/"):
        return None
    found = root
    for part in name[2:].split("/"):
        if not isinstance(found, Mapping):
            return None
        found = found.get(part.replace("~1", "/").replace("~0", "~"))
    return found


def _keywords(schema: Json) -> Iterator[str]:
    if not isinstance(schema, Mapping):
        return
    yield from (BOUNDS | REMARKS | {_CONST}) & schema.keys()
    if "$ref" in schema and len(schema) > 1:
        yield "$ref"
    below: list[Json] = []
    _mapped(schema, lambda part: below.append(part) or part)
    for part in below:
        yield from _keywords(part)

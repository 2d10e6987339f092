"""Finds in JSON schemas what a service may refuse."""

from collections.abc import Iterator

from interactions_emulator.base.payloads import JsonObject, is_list, is_object
from interactions_emulator.base.points import BOUNDS, UNLISTED

_OF_NAMES = frozenset({"properties", "patternProperties", "$defs", "definitions"})
_OF_ONE = frozenset({"items", "additionalProperties", "not", "contains"})
_OF_LIST = frozenset({"anyOf", "oneOf", "allOf", "prefixItems", "items"})


def subschemas(schema: object) -> Iterator[JsonObject]:
    """Yield a schema and all schemas in it; properties may be called as they like."""
    waiting = [schema]
    while waiting:
        one = waiting.pop()
        if not is_object(one):
            continue
        yield one
        for key, value in one.items():
            if key in _OF_NAMES and is_object(value):
                waiting += value.values()
            elif key in _OF_LIST and is_list(value):
                waiting += value
            elif key in _OF_ONE:
                waiting.append(value)


def bounds_in(schema: object) -> list[str]:
    """Return the bounds that documents list as taken, sorted."""
    return _keywords_in(schema, BOUNDS)


def unlisted_in(schema: object) -> list[str]:
    """Return the keywords that no document lists as taken, sorted."""
    return _keywords_in(schema, UNLISTED)


def beside_references_in(schema: object) -> list[str]:
    """Return what stands beside references; names with `$` may (google-genai 3.4)."""
    found = {
        key
        for one in subschemas(schema)
        if "$ref" in one
        for key in one
        if not key.startswith("$")
    }
    return sorted(found)


def _keywords_in(schema: object, keywords: frozenset[str]) -> list[str]:
    return sorted({key for one in subschemas(schema) for key in one.keys() & keywords})

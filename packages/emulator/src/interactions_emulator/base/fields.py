"""Checks the JSON objects by which people steer the emulator.

A mistake in a script or a fault must be seen when it is given, not when it fails
to have an effect.
"""

from collections.abc import Collection, Mapping
from typing import TypeAlias

from interactions_emulator.base.payloads import JsonObject, is_number, is_object

Expected: TypeAlias = type | Collection[str]
"""A type, or the words that are allowed."""

_NAMES: dict[type, str] = {
    str: "a string",
    int: "a whole number, 0 or more",
    float: "a number, 0 or more",
    bool: "true or false",
    dict: "an object",
    list: "a list",
    object: "anything",
}


class FieldError(ValueError):
    """A script or fault that cannot be read; the message says where and why."""


def read_fields(value: object, known: Mapping[str, Expected], place: str) -> JsonObject:
    """Return the object if all its keys are known and hold what they should.

    Raises:
        FieldError: It is no object, or a key or value is wrong.
    """
    if not is_object(value):
        raise problem(place=place, what="must be an object")
    unknown = sorted(value.keys() - known.keys())
    if unknown:
        names = ", ".join(sorted(known)) or "none"
        raise problem(place, f"has unknown keys {unknown}; known: {names}")
    for key, item in value.items():
        if item is not None and not _fits(item, known[key]):
            raise problem(place, f"needs {key} to be {_describe(known[key])}")
    return value


def problem(place: str, what: str) -> FieldError:
    """Say what is wrong where."""
    return FieldError(f"{place} {what}")


def _fits(item: object, expected: Expected) -> bool:
    if not isinstance(expected, type):
        return item in expected
    if expected in {int, float}:
        whole = expected is float or isinstance(item, int)
        return is_number(item) and whole and item >= 0
    return isinstance(item, expected)


def _describe(expected: Expected) -> str:
    if isinstance(expected, type):
        return _NAMES[expected]
    return "one of " + ", ".join(sorted(expected))

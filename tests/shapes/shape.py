"""What is left of a request body when values are gone: its keys and their types."""

import json
from typing import Any

Words = frozenset[str]
_BLANK = {str: "", int: 0, float: 0.5, bool: True}


def shape_of(body: Any, words: Words) -> Any:
    """Return a body whose values tell only their types; equal items are one.

    Args:
        body: A request, or a part of it.
        words: Names of the fields whose value is a word of the API, which is kept.
    """
    if isinstance(body, dict):
        return {key: _value(key, body[key], words) for key in sorted(body)}
    if isinstance(body, list):
        return _distinct([shape_of(item, words) for item in body])
    return _BLANK.get(type(body))


def _value(key: str, value: Any, words: Words) -> Any:
    if key not in words:
        return shape_of(value, words)
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return sorted(set(value))
    return shape_of(value, words)


def _distinct(items: list[Any]) -> list[Any]:
    written = {json.dumps(item): item for item in items}
    return [written[text] for text in sorted(written)]

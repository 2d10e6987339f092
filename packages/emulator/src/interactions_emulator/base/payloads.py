"""JSON as the wire carries it: types, parsing and writing.

Knows nothing of the Interactions API.
"""

import json
import math
from typing import Any, TypeAlias, TypeGuard

JsonObject: TypeAlias = dict[str, Any]
Step: TypeAlias = dict[str, Any]
"""One item of an interaction, as JSON; unknown keys are kept."""


def is_object(value: object) -> TypeGuard[JsonObject]:
    """Whether the value is a JSON object."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Whether the value is a JSON array."""
    return isinstance(value, list)


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether the value is a JSON number; Python's booleans are not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def parse(raw: bytes) -> object:
    """Read strict JSON, without NaN, infinities and bottomless nesting.

    Raises:
        ValueError: The bytes are not JSON that could be written back.
    """
    try:
        return json.loads(
            raw.decode("utf-8"), parse_constant=_refuse, parse_float=_finite
        )
    except RecursionError as exc:
        message = "nested too deeply"
        raise ValueError(message) from exc


def dump(value: object) -> bytes:
    """Write compact JSON in UTF-8; a lone surrogate stays escaped."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()


def dump_text(value: object) -> str:
    """Write compact JSON as text, as the API writes it into strings."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def text_of(content: object) -> str:
    """Join the text blocks of a content list."""
    if not is_list(content):
        return ""
    texts = (item.get("text") for item in content if is_object(item))
    return "\n".join(text for text in texts if isinstance(text, str))


def _refuse(constant: str) -> float:
    message = f"{constant} is not JSON"
    raise ValueError(message)


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        return _refuse(digits)
    return number

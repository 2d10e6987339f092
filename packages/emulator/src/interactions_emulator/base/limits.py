"""Makes scalar values obey the limits of their schema."""

import math
import re
from collections.abc import Mapping
from typing import Any

from interactions_emulator.base.payloads import JsonObject, is_number

MAX_SIZE = 1_000
_LEAST_STEP = 1e-9
_MOST_NUMBER = 1e15
_FORMATS: Mapping[str, tuple[str, str]] = {
    "date": (r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", "2026-01-01"),
    "date-time": (
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)",
        "2026-01-01T00:00:00Z",
    ),
    "time": (r"\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?", "00:00:00Z"),
    "duration": (r"P(?!$)(\d+[YMWD])*(T(\d+[HMS])+)?", "PT1S"),
    "email": (r"[^@\s]+@[^@\s]+\.[^@\s]+", "user@example.com"),
    "uri": (r"[a-z][a-z0-9+.-]*:\S+", "https://example.com/"),
    "url": (r"https?://\S+", "https://example.com/"),
    "hostname": (r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", "example.com"),
    "ipv4": (r"\d{1,3}(\.\d{1,3}){3}", "127.0.0.1"),
    "ipv6": (r"[0-9A-Fa-f:]*:[0-9A-Fa-f:]*", "::1"),
    "uuid": (
        r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
        "00000000-0000-4000-8000-000000000000",
    ),
}


def fit(value: Any, schema: JsonObject) -> Any:  # noqa: ANN401  any scalar
    """Return the value, or the nearest one that the schema allows."""
    if isinstance(value, str):
        return _fit_text(value, schema)
    return _fit_number(value, schema) if is_number(value) else value


def size_of(value: object) -> int:
    """Return a length that a schema asks for, within reason."""
    return int(min(max(value, 0), MAX_SIZE)) if is_number(value) else 0


def _fit_text(value: str, schema: JsonObject) -> str:
    pattern, plain = _FORMATS.get(str(schema.get("format")), ("", ""))
    if pattern and not re.fullmatch(pattern, value):
        return plain
    least, most = size_of(schema.get("minLength")), schema.get("maxLength")
    value = value.ljust(least, "x")
    return value if most is None else value[: size_of(most)]


def _fit_number(value: float, schema: JsonObject) -> float:
    whole = schema.get("type") == "integer"
    low, high = _bounds(schema, step=1 if whole else 0.5)
    step = schema.get("multipleOf")
    value = min(max(value, low), high)
    # A tiny step would make numbers that no float can hold.
    if is_number(step) and step > _LEAST_STEP and abs(value) < _MOST_NUMBER:
        lowered = math.floor(value / step) * step
        value = lowered if lowered >= low else lowered + step
    fits = whole and math.isfinite(value) and value < high
    fitted = math.ceil(value) if fits else value
    return int(fitted) if whole and math.isfinite(fitted) else fitted


def _bounds(schema: JsonObject, *, step: float) -> tuple[float, float]:
    """Return the limits; an exclusive one is moved inwards by a step."""
    lows = [schema.get("minimum"), _moved(schema.get("exclusiveMinimum"), step)]
    highs = [schema.get("maximum"), _moved(schema.get("exclusiveMaximum"), -step)]
    low = max((n for n in lows if is_number(n)), default=-math.inf)
    return low, min((n for n in highs if is_number(n)), default=math.inf)


def _moved(limit: object, step: float) -> float | None:
    return limit + step if is_number(limit) else None

"""Canonical JSON: one byte string for every way of writing the same value.

Pure. It decides what counts as equal; it must never decide what is sent.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Json: TypeAlias = (
    Mapping[str, "Json"] | Sequence["Json"] | str | int | float | bool | None
)
JsonObject: TypeAlias = Mapping[str, Json]

_encoder = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=True, check_circular=False
)


def canonical_bytes(value: Json) -> bytes:
    """Encode a value so that equal values give equal bytes.

    Keys are sorted; integral floats equal integers, because a hop through
    JavaScript turns 1.0 into 1; everything outside ASCII is escaped, so that a lone
    surrogate can be hashed like any other character.
    """
    return _encoder.encode(_integral(value)).encode("ascii")


def canonical_hash(value: Json) -> bytes:
    """Return the 32-byte SHA-256 of `canonical_bytes`."""
    return hashlib.sha256(canonical_bytes(value)).digest()


def parsed_arguments(text: str) -> Json:
    """Parse an argument string; what does not parse stays the string it is."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return text


def _refuse(constant: str) -> Json:
    """Refuse NaN and the infinities, which no other JSON reader knows."""
    raise ValueError(constant)


def _integral(value: Json) -> Json:
    # Plain types first: most of a conversation is made of them.
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, dict | Mapping):
        return {key: _integral(item) for key, item in value.items()}
    return [_integral(item) for item in value]

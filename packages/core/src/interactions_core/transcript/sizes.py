"""How long steps are on the wire. Pure."""

import json
from collections.abc import Iterable
from typing import Final

from interactions_core.canonical import JsonObject

_encoder: Final = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), default=dict
)


def wire_size(steps: Iterable[JsonObject]) -> int:
    """Return the size of steps as JSON on the wire, in bytes."""
    return sum(step_size(step) for step in steps)


def step_size(step: JsonObject) -> int:
    """Return the size of one step as JSON on the wire, in bytes."""
    return len(_encoder.encode(step).encode("utf-8", "surrogatepass"))

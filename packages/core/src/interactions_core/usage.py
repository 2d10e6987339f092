"""Token counts by kind, as the API reports them.

Sums are of what was reported; nothing here knows prices.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from operator import add, attrgetter
from typing import Final, cast

from interactions_core.canonical import JsonObject


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one interaction, or of many added up.

    Attributes:
        input_tokens: The prompt side, with the history that the server holds.
        cached_tokens: The part of `input_tokens` that came from a cache.
        output_tokens: Visible output, call arguments included, thoughts excluded.
        thought_tokens: Billed at the price of output.
        tool_use_tokens: Results that built-in tools fed to the model.
        total_tokens: As reported: input + output + thought + tool use.
    """

    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    thought_tokens: int = 0
    tool_use_tokens: int = 0
    total_tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(*map(add, _all(self), _all(other)))


_all: Final = attrgetter(*(field.name for field in fields(Usage)))


WIRE_NAMES: Final = {
    "input_tokens": "total_input_tokens",
    "cached_tokens": "total_cached_tokens",
    "output_tokens": "total_output_tokens",
    "thought_tokens": "total_thought_tokens",
    "tool_use_tokens": "total_tool_use_tokens",
    "total_tokens": "total_tokens",
}
"""The names of the kinds of tokens on the wire."""

MOST: Final = 10**12
"""More tokens than one answer can take; sums of such counts still fit databases."""


def usage_from_wire(usage: object) -> Usage:
    """Read the `usage` of an interaction; what is missing counts as zero."""
    if not isinstance(usage, Mapping):
        return Usage()
    # What came as JSON has strings for keys.
    reported = cast("Mapping[str, object]", usage)
    return Usage(**{ours: _count(reported, api) for ours, api in WIRE_NAMES.items()})


def merged_usage(first: JsonObject, second: JsonObject) -> JsonObject:
    """Add up the numbers of two hops of one answer; lists are those of the last."""
    merged = dict(first) | dict(second)
    for key, value in first.items():
        later = second.get(key)
        if isinstance(value, int) and isinstance(later, int):
            merged[key] = value + later
    return merged


def read_count(value: object) -> int | None:
    """Return a count of the API; `None` for what can be none, and for absurd ones.

    A number that no database holds would keep the answer that it came with from being
    recorded.
    """
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= MOST else None


def _count(usage: Mapping[str, object], key: str) -> int:
    return read_count(usage.get(key)) or 0

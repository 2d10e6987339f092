"""Keys that some back ends read beside the conventions', by one switch. Pure.

`INTERACTIONS_TRACE_KEYS` names the back ends, for instance `openinference,langfuse`.
"""

import functools
import os
from collections.abc import Callable, Mapping
from typing import Final

from interactions_core.tracing.facts import CallFacts
from interactions_core.tracing.own_attributes import Value

VARIABLE: Final = "INTERACTIONS_TRACE_KEYS"

BackendKeys = Callable[[CallFacts], Mapping[str, Value]]
"""What a back end reads of a call, by its own names."""

BACKENDS: Final[Mapping[str, BackendKeys]] = {}
"""By the words of the switch."""


def backend_attributes(facts: CallFacts) -> dict[str, Value]:
    """Return what the back ends that the switch names read of a call."""
    found: dict[str, Value] = {}
    for backend in _wanted():
        found |= BACKENDS[backend](facts)
    return found


@functools.cache
def _wanted() -> tuple[str, ...]:
    """Return the back ends that the switch names; it is read once."""
    words = os.environ.get(VARIABLE, "").lower().split(",")
    return tuple(word for word in map(str.strip, words) if word in BACKENDS)

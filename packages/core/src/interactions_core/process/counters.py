"""What has happened in this process since it began, as numbers that only grow.

For operators; nothing else may depend on them. A forked child begins with none.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Final, Literal

from interactions_core.process.forking import Lock, PerProcess

Event = Literal[
    "lost_submit",
    "unrecorded_answer",
    "replay",
    "lease_takeover",
    "lock_wait",
    "lock_wait_s",
    "pool_timeout",
]
"""What is counted. `replay` goes by its reason, `lock_wait_s` are seconds."""

_Counts = Counter[tuple[Event, str]]

_counts: Final = PerProcess(_Counts)
_lock: Final = Lock()


def count(event: Event, label: str = "", by: float = 1) -> None:
    """Add to what has happened."""
    with _lock:
        # A counter adds what can be added.
        _counts.get()[event, label] += by  # pyright: ignore[reportArgumentType]


def counted(event: Event) -> Mapping[str, float]:
    """Return how often something has happened, by its label."""
    with _lock:
        found = _counts.get().items()
        return {label: number for (name, label), number in found if name == event}


WAITED_S: Final = 0.05
"""From what time on the beginning of a transaction counts as a wait, in seconds."""


def note_lock_wait(seconds: float) -> None:
    """Count the beginning of a transaction, which is where locks are taken."""
    if seconds >= WAITED_S:
        count("lock_wait")
        count("lock_wait_s", by=seconds)

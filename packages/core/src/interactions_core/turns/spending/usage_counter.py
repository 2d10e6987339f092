"""Counts the tokens of an object's answers, from many threads."""

from typing import Final

from interactions_core.process.forking import Lock
from interactions_core.usage import Usage

_KNOWN_IDS: Final = 10_000
"""How many answers a counter recognises, the latest: it may live as long as a server."""


class UsageCounter:
    """Adds up what answers took, each once however often it is handed on.

    Counts for one object of an adapter, from any thread.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._total = Usage()
        self._known: dict[str, None] = {}

    def __getstate__(self) -> tuple[Usage, dict[str, None]]:
        """Copy what was counted; a copy counts on by itself."""
        with self._lock:
            return self._total, dict(self._known)

    def __setstate__(self, state: tuple[Usage, dict[str, None]]) -> None:
        self._lock = Lock()
        self._total, self._known = state

    @property
    def total(self) -> Usage:
        """What was counted so far."""
        return self._total

    def count(self, usage: Usage, interaction_id: str = "") -> bool:
        """Add an answer, or what an error carries.

        Args:
            usage: What it took.
            interaction_id: Which one it is; "" is always another one.

        Returns:
            Whether anything was added: false for an answer that was counted before.
        """
        with self._lock:
            if usage == Usage() or interaction_id in self._known:
                return False
            if interaction_id:
                self._known[interaction_id] = None
                while len(self._known) > _KNOWN_IDS:
                    del self._known[next(iter(self._known))]
            self._total += usage
            return True

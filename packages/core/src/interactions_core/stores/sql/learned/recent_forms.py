"""What a database was last seen to remember of forms, where asking it costs a journey.

Every call with settings wants to know. How old a form is, is judged by whoever asks.
"""

import time
from collections.abc import Callable
from typing import Final

from interactions_core.records.forms import KnownForm

FRESH_S: Final = 60.0
"""For how long what was seen is believed, in seconds."""


class RecentForms:
    """Asks once a minute, and at once after this process has changed something.

    Safe for any number of threads, without a lock, which a fork would copy in whatever
    state it is: at worst two threads ask.

    Args:
        clock: Seconds, from any time on.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: tuple[float, list[KnownForm]] | None = None
        self._changes = 0

    def read(self, ask: Callable[[], list[KnownForm]]) -> list[KnownForm]:
        """Return what `ask` returned within the last minute, or returns now."""
        now, seen = self._clock(), self._seen
        if seen is not None and now - seen[0] < FRESH_S:
            return [*seen[1]]
        changes = self._changes
        found = ask()
        if self._changes == changes:
            self._seen = now, found
        return [*found]

    def forget(self) -> None:
        """Ask anew next time; what is being asked may be from before the change."""
        self._changes += 1
        self._seen = None

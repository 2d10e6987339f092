"""After which `put` a thread's newest payloads are looked through, and from where.

A payload is given to the server with the request that a reply answers. So there is
something to offload when a new reply was stored, and once for each.
"""

import time
from collections.abc import Callable, Iterable
from typing import Final, cast

from interactions_langgraph._remote.thread_offload import interaction_of

PAUSE_S: Final = 60.0
"""How long nothing is asked after the server could not be."""

WINDOW: Final = 64
"""How many of a thread's newest rows are looked at again at most."""

REMEMBERED: Final = 10_000
"""How many threads one saver remembers its place in."""


class PutPlaces:
    """The replies that were stored, and the rows that were looked through.

    Asks nobody. Safe for any number of threads: at worst two look through the same
    rows.

    Args:
        clock: Seconds that only go on.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[str, str] = {}
        self._places: dict[str, int] = {}
        self._due: set[str] = set()
        self._resume_at = float("-inf")

    def note(self, thread_id: str, values: Iterable[object]) -> None:
        """Look whether there is a new reply among values that were stored."""
        newest = next(filter(None, map(_newest_reply, values)), "")
        if newest and self._known.get(thread_id) != newest:
            if len(self._known) >= REMEMBERED:
                self._known, self._places, self._due = {}, {}, set()
            self._known[thread_id] = newest
            self._due.add(thread_id)

    def forget(self, thread_id: str) -> None:
        """Take note that a thread was deleted, and may begin anew."""
        self._known.pop(thread_id, None)
        self._places.pop(thread_id, None)

    def take(self, thread_id: str) -> int | None:
        """Return behind which row to look, 0 for the newest few; `None` not to."""
        if thread_id not in self._due or self._clock() < self._resume_at:
            return None
        self._due.discard(thread_id)
        return self._places.get(thread_id, 0)

    def keep(
        self, thread_id: str, place: int, last: int, *, is_well: bool, is_cut_off: bool
    ) -> None:
        """Take note of what became of it.

        Args:
            thread_id: Whose rows they were.
            place: Behind which row they were.
            last: The last of them.
            is_well: Whether all interactions could be read; if not, the rows are
                looked through again after the next reply.
            is_cut_off: Whether the server could not be asked at all.
        """
        again = max(min(place, last), last - WINDOW)
        self._places[thread_id] = last if is_well else again
        if is_cut_off:
            self._resume_at = self._clock() + PAUSE_S


def _newest_reply(value: object) -> str:
    if isinstance(value, list):
        items = cast("list[object]", value)
        return interaction_of(items[-1]) if items else ""
    return interaction_of(value)

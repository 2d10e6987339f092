"""How far the payloads of each thread have been searched for some to offload.

A payload is given to the server with the request that a reply answers. So there is
something to offload when a new reply was stored, and once for each. A cursor is the
row behind which the search of a thread goes on.
"""

import time
from collections.abc import Callable, Iterable
from typing import Final, cast

from interactions_langgraph._remote.thread_offload import interaction_of

PAUSE_S: Final = 60.0
"""How long nothing is asked after the server could not be."""

WINDOW: Final = 64
"""How many of a thread's newest rows are searched again at most."""

MOST_THREADS: Final = 10_000
"""How many threads one saver has a cursor for."""


class OffloadCursors:
    """A cursor for each thread, and which threads are due because of a new reply.

    Asks nobody. Safe for any number of threads: at worst two search the same rows.

    Args:
        clock: Seconds that only go on.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._newest: dict[str, str] = {}
        self._positions: dict[str, int] = {}
        self._due: set[str] = set()
        self._resume_at = float("-inf")

    def record_reply(self, thread_id: str, values: Iterable[object]) -> None:
        """Make a thread due if there is a new reply among values that were stored."""
        newest = next(filter(None, map(_newest_reply, values)), "")
        if newest and self._newest.get(thread_id) != newest:
            if len(self._newest) >= MOST_THREADS:
                self._newest, self._positions, self._due = {}, {}, set()
            self._newest[thread_id] = newest
            self._due.add(thread_id)

    def forget(self, thread_id: str) -> None:
        """Drop the cursor of a thread that was deleted, and may begin anew."""
        self._newest.pop(thread_id, None)
        self._positions.pop(thread_id, None)

    def pop_due(self, thread_id: str) -> int | None:
        """Return the cursor of a thread that is due, and count it as searched.

        Returns:
            The row behind which to search, 0 for the newest few; `None` if there is
            nothing to do.
        """
        if thread_id not in self._due or self._clock() < self._resume_at:
            return None
        self._due.discard(thread_id)
        return self._positions.get(thread_id, 0)

    def advance(
        self,
        thread_id: str,
        position: int,
        last: int,
        *,
        is_well: bool,
        is_cut_off: bool,
    ) -> None:
        """Move the cursor of a thread that was searched.

        Args:
            thread_id: Whose rows they were.
            position: Behind which row they were.
            last: The last of them.
            is_well: Whether all interactions could be read; if not, the rows are
                searched again after the next reply.
            is_cut_off: Whether the server could not be asked at all.
        """
        again = max(min(position, last), last - WINDOW)
        self._positions[thread_id] = last if is_well else again
        if is_cut_off:
            self._resume_at = self._clock() + PAUSE_S


def _newest_reply(value: object) -> str:
    if isinstance(value, list):
        items = cast("list[object]", value)
        return interaction_of(items[-1]) if items else ""
    return interaction_of(value)

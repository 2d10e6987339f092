"""How often a process looks at runs in the background, all of them together."""

from bisect import bisect_left, insort
from collections import deque
from typing import Final

from interactions_core.process.forking import Lock

READS_PER_S: Final = 20.0

_PLANNED: Final = 0.85
"""The part of the rate that is planned; with the rest, looks that are late catch up."""

_WINDOW_S: Final = 1.1
"""Longer than a second: a look may be held up on its way to the network."""

_BACK_S: Final = 1.0
"""A clock that goes back by more than this was set, and older plans are void."""


class Pace:
    """Spreads looks over time; safe for any number of threads.

    A look that would come too close to another one comes later. With many runs the
    pauses between two looks at one of them grow by that, without a limit.

    Args:
        per_second: The most looks in a second.
    """

    def __init__(self, per_second: float = READS_PER_S) -> None:
        self._per_second = per_second
        self._lock = Lock()
        self._planned: list[float] = []
        self._begun: deque[float] = deque(maxlen=max(1, int(per_second)))
        self._queued_at = 0.0
        self._now = 0.0

    def __reduce__(self) -> "str | tuple[type[Pace], tuple[float]]":
        # The process has one, also for what was pickled elsewhere.
        if self is PROCESS_PACE:
            return "PROCESS_PACE"
        return Pace, (self._per_second,)

    def next_at(self, now: float, wanted_at: float) -> float:
        """Plan a look.

        Args:
            now: Epoch seconds.
            wanted_at: The earliest time for it, in epoch seconds.

        Returns:
            When it is to be, in epoch seconds.
        """
        gap_s = 1 / (self._per_second * _PLANNED)
        with self._lock:
            self._pass(now)
            del self._planned[: bisect_left(self._planned, now - gap_s)]
            at = wanted_at
            for other in self._planned[bisect_left(self._planned, at - gap_s) :]:
                if other - at >= gap_s:
                    break
                at = max(at, other + gap_s)
            insort(self._planned, at)
        return at

    def wait_s(self, now: float) -> float:
        """Begin a look, if there were not too many just before.

        Whatever was planned, a process that was held up must not make up for it all
        at once.

        Args:
            now: Epoch seconds.

        Returns:
            0 if the look has begun; otherwise how long to wait before asking again,
            in seconds.
        """
        with self._lock:
            self._pass(now)
            full = len(self._begun) == self._begun.maxlen
            if not full or now - self._begun[0] >= _WINDOW_S:
                self._begun.append(now)
                return 0.0
            # Those who wait are called one after the other, not all at once.
            first = max(now, self._begun[0] + _WINDOW_S)
            self._queued_at = max(first, self._queued_at + 1 / self._per_second)
            return self._queued_at - now

    def _pass(self, now: float) -> None:
        if now < self._now - _BACK_S:
            self._planned.clear()
            self._begun.clear()
            self._queued_at = now
        self._now = now


PROCESS_PACE: Final = Pace()

"""The time axis of the page: pauses are compressed, so that a thread fits. Pure."""

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

GAP_S: Final = 45 * 60
"""A pause that is longer is drawn as a gap."""

_GAP: Final = 3.0
_SHOWN: Final = 16


@dataclass(frozen=True, slots=True)
class Axis:
    """Which time lies where.

    Attributes:
        times: The times, in epoch seconds, each once and in order.
        places: Where each lies, in units from the first.
        gaps: The longest gaps: where the middle of each lies, and its seconds.
    """

    times: tuple[float, ...]
    places: tuple[float, ...]
    gaps: tuple[tuple[float, float], ...]

    def place(self, at: float) -> float:
        """Return where one of the times lies."""
        return self.places[bisect_left(self.times, at)]


def axis_of(times: Iterable[float], running: Sequence[tuple[float, float]]) -> Axis:
    """Lay times out on one line.

    Args:
        times: When something was, in any order.
        running: When jobs ran, from and to, where a pause is never a gap.
    """
    ordered = sorted({*times, *(at for span in running for at in span)})
    places: list[float] = []
    gaps: list[tuple[float, float]] = []
    for before, at in zip([math.nan, *ordered], ordered, strict=False):
        if not places:
            places.append(0.0)
            continue
        is_running = any(one <= before and at <= other for one, other in running)
        pause = at - before
        units = _running(pause) if is_running else _pause(pause)
        if pause > GAP_S and not is_running:
            gaps.append((places[-1] + units / 2, pause))
        places.append(places[-1] + units)
    longest = sorted(sorted(gaps, key=lambda gap: -gap[1])[:_SHOWN])
    return Axis(tuple(ordered), tuple(places), tuple(longest))


def _pause(seconds: float) -> float:
    if seconds > GAP_S:
        return _GAP
    return min(1.6, max(0.35, math.log2(1 + seconds / 24) / 2.4))


def _running(seconds: float) -> float:
    return min(7.0, max(0.6, 1.1 * math.log2(1 + seconds / 40)))

"""The emulator's clock: real time plus what tests have added."""

from collections.abc import Callable
from datetime import UTC, datetime


class MovableClock:
    """Seconds since the epoch; only ever moved forwards."""

    def __init__(self, base: Callable[[], float], offset_s: float = 0.0) -> None:
        self._base = base
        self.offset_s = offset_s
        """Seconds added to the base clock so far."""

    def now(self) -> float:
        """Return seconds since the epoch."""
        return self._base() + self.offset_s

    def advance(self, seconds: float) -> None:
        """Move on by that many seconds."""
        self.offset_s += seconds


def timestamp(epoch_s: float) -> str:
    """Write RFC 3339 in whole seconds, as every recorded body has it."""
    return datetime.fromtimestamp(int(epoch_s), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

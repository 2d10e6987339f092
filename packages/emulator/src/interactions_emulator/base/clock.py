"""The emulator's clock: real time plus what tests have added."""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import UTC, datetime

_LEAST_WAIT_S = 0.001
_MOST_WAIT_S = 0.2


class MovableClock:
    """Seconds since the epoch; only ever moved forwards."""

    def __init__(self, base: Callable[[], float], offset_s: float = 0.0) -> None:
        self._base = base
        self.offset_s = offset_s
        """Seconds added to the base clock so far."""
        self.is_stopped = False
        """Whether the server shuts down, and nobody should wait any more."""
        self._changed = asyncio.Event()

    def now(self) -> float:
        """Return seconds since the epoch."""
        return self._base() + self.offset_s

    def advance(self, seconds: float) -> None:
        """Move on by that many seconds."""
        self.offset_s += seconds
        self.wake()

    def stop(self) -> None:
        """Let everyone who waits give up; on the server's event loop only."""
        self.is_stopped = True
        self.wake()

    def wake(self) -> None:
        """Let everyone who waits look again; on the server's event loop only."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def wait_until(self, epoch_s: float) -> None:
        """Wait until then, or less: until the clock was moved or a run changed."""
        # The base clock may be a test's own, so real time says little about it.
        remaining = min(max(epoch_s - self.now(), _LEAST_WAIT_S), _MOST_WAIT_S)
        # `wait_for` swallows a cancel that meets the event (until Python 3.12), and
        # the task of a server that stops would then go on for ever.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(remaining):
                await self._changed.wait()


def timestamp(epoch_s: float) -> str:
    """Write RFC 3339 in whole seconds, as every recorded body has it."""
    return datetime.fromtimestamp(int(epoch_s), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

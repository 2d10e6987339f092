"""What a service does while its session store is away: wait longer and longer.

Decisions only; nothing here waits, or looks into a store.
"""

import logging
import random
import time
from collections.abc import Callable
from typing import Final

from interactions_core.exceptions import StoreError
from interactions_core.logs import log_fields, shown_error
from interactions_core.process.forking import Lock

logger: Final = logging.getLogger("interactions_core")

PAUSE_S: Final = (1.0, 30.0)
"""How long the store is left alone after a failure, at first and at most, in seconds."""


class Outage:
    """Whether a service's store is away, since when, and what is wrong with it.

    The log hears of an outage once, and of its end. Safe for any number of threads.

    Args:
        clock: Epoch seconds.
        jitter: A random number from 0 to 1, for the pauses: services that have lost a
            database together should not come back to it together.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.time,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._clock = clock
        self._jitter = jitter
        self._lock = Lock()
        self._was_there = False
        self._error: StoreError | None = None
        self._since = 0.0
        self._pause_s = PAUSE_S[0]

    @property
    def error(self) -> StoreError | None:
        """What the store failed with last; `None` while it is there."""
        return self._error

    def is_final(self, error: StoreError) -> bool:
        """Tell whether waiting is of no use: the store never was there, as it is.

        A wrong password and a missing database are mistakes at the start of a service.
        Later they are what somebody is changing just now.
        """
        return not self._was_there and not error.retryable

    def note(self, error: StoreError) -> float:
        """Note that the store has failed.

        Returns:
            For how long to leave it alone, in seconds.
        """
        with self._lock:
            before, self._error = self._error, error
            if before is None:
                self._since = self._clock()
                self._pause_s = PAUSE_S[0]
            pause_s = self._pause_s * (0.5 + 0.5 * self._jitter())
            self._pause_s = min(2 * self._pause_s, PAUSE_S[1])
        if before is None:
            logger.warning(
                "waiting for the session store to come back: %s",
                shown_error(error),
                extra=log_fields("store_away", error=error),
            )
        elif before.retryable and not error.retryable:
            logger.warning(
                "still waiting for the session store, which says: %s",
                shown_error(error),
                extra=log_fields("store_still_away", error=error),
            )
        return pause_s

    def end(self) -> None:
        """Note that the store has answered."""
        if self._error is None and self._was_there:
            return
        with self._lock:
            before, self._error = self._error, None
            self._was_there = True
        if before is not None:
            lasted_s = self._clock() - self._since
            logger.warning(
                "the session store is back after %.0f s",
                lasted_s,
                extra=log_fields("store_back"),
            )

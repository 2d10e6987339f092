"""Keep the index of searches up beside other work, in a store that somebody has searched.

Nothing here raises for a store that cannot be written just now: a search reads what the
index has not.
"""

import logging
import time
from collections.abc import Callable
from typing import Final

from interactions_core.exceptions import StoreError
from interactions_core.logs import log_fields, shown_error
from interactions_core.stores.protocols.sessions import SessionStore

logger: Final = logging.getLogger("interactions_core")

LOOK_S: Final = 30.0
"""How often somebody looks for what is not indexed, in seconds."""

AT_ONCE: Final = 100
"""Interactions that are indexed between two looks at other work."""

_SHARE: Final = 50
"""A look that takes long is taken so many times its length later."""


_LONGEST_PAUSE_S: Final = 0.05


class IndexKeeper:
    """Indexes a little of a store whenever that is due; not for several threads at once.

    Args:
        store: What is searched.
        clock: Epoch seconds.
    """

    def __init__(
        self, store: SessionStore, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._store = store
        self._clock = clock
        self._due_at = 0.0

    def step(self) -> int:
        """Index some interactions, if it is time.

        Returns:
            How many.
        """
        if self._clock() < self._due_at:
            return 0
        began = time.monotonic()
        try:
            number = self._store.index_texts(AT_ONCE) if self._store.has_index() else 0
        except StoreError as error:
            logger.info(
                "the index of searches is not kept up: %s",
                shown_error(error),
                extra=log_fields("index_behind", error=error),
            )
            number = 0
        took_s = time.monotonic() - began
        # While there is more, as much time is left to others.
        pause_s = took_s if number else max(LOOK_S, took_s * _SHARE)
        self._due_at = self._clock() + pause_s
        return number


def silent(done: int, total: int) -> None:
    """Tell nobody."""


def index_all(store: SessionStore, tell: Callable[[int, int], object] = silent) -> int:
    """Index what is not indexed when it begins; it ends however much is recorded.

    Args:
        store: What is about to be searched.
        tell: Is told after each transaction how many are done, and of how many.

    Returns:
        How many were indexed.

    Raises:
        StoreError: The store cannot be read or written.
    """
    # Who looks for nothing finds nothing, and is told what there is to index.
    total, done = store.search("").unindexed, 0
    began = time.monotonic()
    while done < total and (number := store.index_texts()):
        done += number
        tell(done, total)
        # Those who wait for the lock of a file ask for it from time to time only.
        time.sleep(min(time.monotonic() - began, _LONGEST_PAUSE_S))
        began = time.monotonic()
    return done

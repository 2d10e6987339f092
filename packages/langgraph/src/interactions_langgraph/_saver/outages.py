"""Wait for a database that is away, where giving up would pay for an answer twice."""

import logging
import time
from collections.abc import Callable
from typing import Final, TypeVar

from interactions_core.adapter import log_fields, shown_error
from interactions_core.exceptions import StoreError

logger: Final = logging.getLogger("interactions_langgraph")

OUTAGE_S: Final = 30.0
"""How long a restart may take, or a standby to take over, in seconds."""

PAUSE_S: Final = (0.1, 2.0)
"""Between two tries, at first and at most, in seconds."""

_Result = TypeVar("_Result")


def outlast(
    act: Callable[[], _Result],
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> _Result:
    """Act, and act again while the database may only be restarting.

    Args:
        act: What may be done twice, since nobody knows whether a commit that was cut
            off has happened.
        clock: Seconds.
        sleep: Waits, in seconds.

    Raises:
        StoreError: The database is still away after `OUTAGE_S`, or waiting is of no use.
    """
    give_up, pause_s = clock() + OUTAGE_S, PAUSE_S[0]
    while True:
        try:
            return act()
        except StoreError as error:
            if not error.retryable or clock() + pause_s > give_up:
                raise
            logger.info(
                "not stored yet, again in %.1f s: %s",
                pause_s,
                shown_error(error),
                extra=log_fields("not_stored_yet", error=error),
            )
        sleep(pause_s)
        pause_s = min(2 * pause_s, PAUSE_S[1])

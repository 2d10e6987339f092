"""When a create may be sent again, and how long to wait before.

Pure; the randomness is passed in. No retry library fits here: the loop belongs to
the turn, which waits through effects and must know whether a run may have started.
"""

from typing import Final

from interactions_core.exceptions import (
    InteractionsError,
    InterruptedStreamError,
    NetworkError,
    RateLimitError,
    RequestError,
    ServiceError,
)
from interactions_core.protocol.refusals import NOT_IMPLEMENTED

FIRST_WAIT_S: Final = 0.5
LONGEST_WAIT_S: Final = 30.0
LONGEST_RETRY_AFTER_S: Final = 120.0
"""Somebody who is told to come back later than this decides that for themselves."""

FRESH_AGE_S: Final = 60.0
"""Until this age an id that the server does not know may only be new to it."""

FRESH_WAIT_S: Final = 10.0
"""How long a fresh id is waited for before everything is sent again."""


_REFUSED: Final = frozenset({409, 503, NOT_IMPLEMENTED})
"""Service errors after which no run has started."""


def may_repeat(error: RequestError) -> bool:
    """Tell whether a foreground create may be sent again after an error."""
    if (error.retry_after_s or 0.0) > LONGEST_RETRY_AFTER_S:
        return False
    if isinstance(error, ServiceError):
        return error.status_code != NOT_IMPLEMENTED
    if isinstance(error, NetworkError):
        # Whatever answers in the API's place answers the same again, and it is billed.
        return not error.answered
    return isinstance(error, RateLimitError)


def is_lost(error: RequestError) -> bool:
    """Tell whether a run may have started although its create failed."""
    if isinstance(error, ServiceError):
        return error.status_code not in _REFUSED
    return isinstance(error, NetworkError) and error.sent


def may_be_billed(error: InteractionsError, *, begins_run: bool) -> bool:
    """Tell whether a create that came to no answer may be billed.

    A request in the foreground that was answered with an error is not, unless it came as
    a success; a run may go on behind the error. An answer of which something was shown
    is billed as far as it came.
    """
    if isinstance(error, InterruptedStreamError):
        return True
    if isinstance(error, RequestError) and error.came_with is not None:
        return True
    if begins_run:
        return isinstance(error, RequestError) and is_lost(error)
    return isinstance(error, NetworkError) and error.sent


def wait_s(attempt: int, retry_after_s: float | None, jitter: float) -> float:
    """Return how long to wait before the next attempt, in seconds.

    Args:
        attempt: How many have been made, from 1.
        retry_after_s: What the service asked for; it counts if it is longer.
        jitter: A random number from 0 to 1.
    """
    backoff = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** (attempt - 1))
    return max(backoff * (0.75 + 0.25 * jitter), retry_after_s or 0.0)

"""What the last looks at a run have come to. Pure.

Whoever waits for a run looks at it; a look that fails says nothing about the run, and
the job's status stays. So what became of the looks is kept beside it.
"""

from dataclasses import dataclass, replace
from typing import Final

UNKNOWN: Final = "404"
"""The failure of a look that says that there is no such run."""

NO_ANSWER: Final = "no answer"
"""The failure of a look that nothing has answered."""


@dataclass(frozen=True, slots=True)
class Look:
    """What whoever waits, or waited last, knows of its looks at a run.

    Attributes:
        answered_at: When the server last said how the run is, in epoch seconds.
        failing_since: When the first of the looks was that have failed since; 0 where
            the last look was answered.
        failure: What the last look came to if it failed, the status of HTTP or
            `no answer`; else "".
    """

    answered_at: float = 0.0
    failing_since: float = 0.0
    failure: str = ""


def as_answered(now: float) -> Look:
    """Return what is known after a look that was answered."""
    return Look(now)


def as_failed(before: Look | None, status_code: int | None, now: float) -> Look:
    """Return what is known after a look that has failed.

    Args:
        before: What was known.
        status_code: The status of HTTP; `None` for no answer.
        now: Epoch seconds.
    """
    known = before or Look()
    failure = NO_ANSWER if status_code is None else str(status_code)
    return replace(known, failing_since=known.failing_since or now, failure=failure)

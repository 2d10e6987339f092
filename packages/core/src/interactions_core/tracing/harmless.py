"""Nothing of tracing may cost a call its answer. Imports nothing of OpenTelemetry."""

import functools
import logging
from collections.abc import Callable
from typing import Concatenate, Final, ParamSpec, Protocol, TypeVar

from interactions_core.logs import log_fields, shown_error

logger: Final = logging.getLogger("interactions_core")


class OfProcess(Protocol):
    """What belongs to the process that made it."""

    @property
    def is_here(self) -> bool:
        """Whether this is that process; a forked child is not."""
        ...


P = ParamSpec("P")
S = TypeVar("S", bound=OfProcess)
T = TypeVar("T")


_told: Final = set[type[Exception]]()
"""What was said at `WARNING`: what fails in one turn does so in each."""


def tried(call: Callable[[], T]) -> T | None:
    """Do what may fail, without a word of what the failure says.

    A kind of failure is a warning once a process, and then said at `DEBUG`.
    """
    try:
        return call()
    # The outermost boundary of what is not ours: a processor may raise anything.
    except Exception as error:  # noqa: BLE001 - see above
        said, kind = shown_error(error), type(error)
        if kind in _told:
            logger.debug(
                "a span could not be written: %s",
                said,
                extra=log_fields("span_not_written", error=error),
            )
        else:
            _told.add(kind)
            logger.warning(
                "a span could not be written: %s",
                said,
                extra=log_fields("span_not_written", error=error),
            )
        return None


def harmless(
    method: Callable[Concatenate[S, P], T],
) -> Callable[Concatenate[S, P], T | None]:
    """Let a method do nothing in a forked child, and raise nothing."""

    @functools.wraps(method)
    def harmlessly(self: S, *args: P.args, **kwargs: P.kwargs) -> T | None:
        return tried(lambda: method(self, *args, **kwargs)) if self.is_here else None

    return harmlessly

"""How many connections a process may have, and how long it waits for one. Pure."""

import math
from dataclasses import dataclass, replace
from typing import Final

from interactions_core.exceptions import ConfigurationError

MOST: Final = 1_000
"""Connections of a pool, at most: no server takes more of one process."""


@dataclass(frozen=True, slots=True)
class PoolLimits:
    """The limits of a pool.

    Attributes:
        size: Connections of one store and process, at most.
        timeout_s: How long a caller waits for one, in seconds.
    """

    size: int = 10
    timeout_s: float = 30.0


def limited(
    limits: PoolLimits, size: int | None, timeout_s: float | None
) -> PoolLimits:
    """Return limits with those that are given.

    Raises:
        ConfigurationError: There can be no such pool.
    """
    if size is not None:
        if isinstance(size, bool) or not 1 <= size <= MOST:
            message = f"`pool_size` is a number from 1 to {MOST}, not {size!r}"
            raise ConfigurationError(message)
        limits = replace(limits, size=size)
    if timeout_s is not None:
        if not 0 < timeout_s < math.inf:
            message = f"`pool_timeout` is a number of seconds, not {timeout_s!r}"
            raise ConfigurationError(message)
        limits = replace(limits, timeout_s=float(timeout_s))
    return limits


def read_limits(size: str | None, timeout_s: str | None) -> PoolLimits:
    """Read the limits that a URL has; its other parts are in no message.

    Raises:
        ConfigurationError: They are no numbers, or there can be no such pool.
    """
    return limited(
        PoolLimits(),
        None if size is None else int(_number("pool_size", size, whole=True)),
        None if timeout_s is None else _number("pool_timeout", timeout_s),
    )


def _number(name: str, text: str, *, whole: bool = False) -> float:
    # Half a password may stand here, where an "&" of it was not written as "%26".
    message = f"{name}= of the PostgreSQL URL is no {'whole ' * whole}number"
    try:
        return int(text) if whole else float(text)
    except ValueError:
        raise ConfigurationError(message) from None

"""How long the server keeps interactions.

Pure. Documented: 55 days on a paid project, 1 day on the free tier; paid projects may
choose 7, 14, 28 or 55 days.
"""

import math
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

Name = TypeVar("Name", bound=Hashable)

DAY_S: Final = 86_400.0
DEFAULT_RETENTION_S: Final = 55 * DAY_S

_CHOICES_S: Final = tuple(days * DAY_S for days in (1, 7, 14, 28, 55))


def learned_retention(age_s: float, configured_s: float) -> float | None:
    """Say what a 404 on an interaction of some age teaches.

    Args:
        age_s: How old the interaction was, in seconds.
        configured_s: The retention that was expected.

    Returns:
        The longest documented retention that the interaction outlived, if it is
        shorter than configured. A younger one was deleted, which teaches nothing.
    """
    outlived = [choice for choice in _CHOICES_S if choice <= age_s]
    if not outlived or outlived[-1] >= configured_s or age_s >= configured_s:
        return None
    return outlived[-1]


@dataclass(frozen=True, slots=True)
class Loss:
    """A chain whose interaction the server did not have any more.

    Attributes:
        root: The id of the chain's first interaction that is known.
        seconds: What the loss alone would teach, as `learned_retention` says.
        created_at: When the root was made, in epoch seconds.
        seen_at: When the loss was seen.
    """

    root: str
    seconds: float
    created_at: float
    seen_at: float


def agreed_retention(
    losses: Iterable[Loss], *, now: float, restored_at: float = -math.inf
) -> float | None:
    """Say which retention at least two unrelated chains of one day speak for.

    One chain may have been deleted by somebody. What was made before the last restore
    of a backup teaches nothing: it may have been deleted after the backup.

    Args:
        losses: What was lost of one credential, at most one of each chain.
        now: Epoch seconds.
        restored_at: When a backup was restored last.

    Returns:
        The shortest figure that two chains have outlived, in seconds.
    """
    figures = sorted(
        loss.seconds
        for loss in losses
        if loss.created_at > restored_at and loss.seen_at > now - DAY_S
    )
    return figures[1] if len(figures) > 1 else None


@dataclass(frozen=True, slots=True)
class Birth(Generic[Name]):
    """What decides how long an interaction can be chained on.

    Attributes:
        parent: The name of the interaction that it continues.
        created_at: Epoch seconds.
    """

    parent: Name
    created_at: float


def expire(births: Mapping[Name, Birth[Name]], seconds: float) -> dict[Name, float]:
    """Return when interactions expire if none is kept longer than `seconds`.

    None outlives an ancestor; what `births` does not name limits nothing.
    """
    limits: dict[Name, float] = {}
    for name in births:
        line: dict[Name, Birth[Name]] = {}
        while name in births and name not in limits and name not in line:
            line[name] = births[name]
            name = births[name].parent  # noqa: PLW2901 - climbs to the root
        limit = limits.get(name, math.inf)
        for one, birth in reversed(line.items()):
            limit = min(limit, birth.created_at + seconds)
            limits[one] = limit
    return limits

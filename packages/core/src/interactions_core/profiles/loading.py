"""Read the profiles that the environment names, once for each process."""

import logging
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Final

from interactions_core.exceptions import ConfigurationError
from interactions_core.logs import log_fields
from interactions_core.profiles.agreement import Beliefs, agree
from interactions_core.profiles.reading import Profile, read_profile
from interactions_core.protocol.retention import DAY_S

logger: Final = logging.getLogger("interactions_core")

VARIABLE: Final = "INTERACTIONS_PROFILE"
"""One path, or several with what the system puts between paths in between."""

OLD_S: Final = 90 * DAY_S
"""A profile is told to be old from then on; it is still believed."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the files came to.

    Attributes:
        beliefs: What those say together that can be read.
        troubles: Why each of the others cannot be read, with its path.
        old: Those that are older than `OLD_S`.
    """

    beliefs: Beliefs
    troubles: tuple[str, ...] = ()
    old: tuple[Profile, ...] = ()


def beliefs_here() -> Beliefs:
    """Return what the profiles of this environment say.

    They are read at the first call, and what is wrong with them is told in the log: a
    profile makes requests better, and no request fails for want of one.
    """
    value = os.environ.get(VARIABLE, "")
    return _told(value) if value else Beliefs()


def load(value: str, *, clock: Callable[[], float] = time.time) -> Loaded:
    """Read profiles.

    Args:
        value: Paths, as in the environment.
        clock: Epoch seconds.
    """
    profiles: list[Profile] = []
    troubles: list[str] = []
    now = clock()
    for path in dict.fromkeys(part for part in value.split(os.pathsep) if part):
        try:
            profile = read_profile(path, Path(path).read_text(encoding="utf-8"))
        except ConfigurationError as exc:
            troubles.append(str(exc))
        except (OSError, UnicodeError) as exc:
            why = exc.strerror if isinstance(exc, OSError) else "it is not UTF-8"
            troubles.append(f"{path} cannot be read: {why}")
        else:
            # What is answered from now on is later, whatever another clock said.
            profiles.append(replace(profile, made_at=min(profile.made_at, now)))
    old = tuple(one for one in profiles if now - one.made_at > OLD_S)
    return Loaded(agree(profiles), tuple(troubles), old)


def age_of(profile: Profile, now: float) -> str:
    """Say how old a profile is."""
    return f"{max(0.0, now - profile.made_at) / DAY_S:.0f} days"


@lru_cache(maxsize=8)
def _told(value: str) -> Beliefs:
    loaded = load(value)
    for line in _warnings(loaded):
        logger.warning("%s: %s", VARIABLE, line, extra=log_fields("profile_doubted"))
    return loaded.beliefs


def _warnings(loaded: Loaded) -> Iterator[str]:
    for trouble in loaded.troubles:
        yield f"{trouble}; requests are sent as without it"
    for profile in loaded.old:
        yield (
            f"{profile.path} is of {profile.date}, and the service may have changed: "
            "run `interactions doctor --live` anew"
        )
    yield from map(str, loaded.beliefs.contradictions)

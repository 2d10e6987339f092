"""What a search of a store finds: keys, and never what was said. Pure values."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from interactions_core.records.interactions import Scope

Where = Literal["text", "key", "target", "thread", "session"]
"""What has the words: what was said in a turn, or the name of something."""

How = Literal["words", "names"]
"""What was looked at: what was said, and names; or names alone."""

DEFAULT_LIMIT: Final = 1_000
"""Hits of a search, if nothing else is said."""

LEAST_END: Final = 6
"""Characters of the end of a name that suffice."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that was found.

    Attributes:
        scope: Whose it is.
        key: The interaction; "" where the whole thread or session has the name, and all
            interactions of `scope` are meant.
        where: What has the words.
    """

    scope: Scope
    key: str
    where: Where


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a search has found, and what it has not looked at.

    Attributes:
        found: The hits by name, then those by what was said, the newest first.
        how: Whether what was said was looked at. `names` with `mirror="signatures"`,
            and where nothing of what was said is kept.
        unindexed: How many interactions, of all that are asked about, the index does not
            hold, or not wholly.
        scanned: How many interactions were read one by one: those of them, and those
            of which the index does not say whether they match.
        unseen: How many were not read that might match: older ones than those.
        more: Whether there may be more than `limit`.
    """

    found: tuple[Hit, ...] = ()
    how: How = "words"
    unindexed: int = 0
    scanned: int = 0
    unseen: int = 0
    more: bool = False


def is_named(name: str, wanted: str) -> bool:
    """Tell whether a name is `wanted`, begins with it, or ends with it.

    An end has six characters or more. Letters count as they are.
    """
    if not wanted:
        return False
    is_end = len(wanted) >= LEAST_END and name.endswith(wanted)
    return is_end or name.startswith(wanted)


def is_target(target: str, wanted: str) -> bool:
    """Tell whether what was asked has this name, with or without its kind."""
    return is_named(target, wanted) or is_named(target.partition(":")[2], wanted)


Progress = Callable[[int], object]
"""Is told how many interactions have been indexed so far."""

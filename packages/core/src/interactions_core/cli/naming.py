"""What is meant by a name that somebody types."""

from typing import Final

from interactions_core.exceptions import UnknownInteractionError
from interactions_core.stores import SessionStore

NEWEST: Final = "last"
_COUNTED: Final = 1_000
"""Interactions that are counted at most where a name is not enough."""


def find_interaction(store: SessionStore, name: str) -> str:
    """Return the interaction that has an id, alone begins with it, or alone ends so.

    `last` is the newest.

    Raises:
        UnknownInteractionError: There is none, or more than one.
    """
    found = interactions_named(store, name)
    if len(found) != 1:
        raise UnknownInteractionError(name, len(found))
    return found[0]


def interactions_named(store: SessionStore, name: str) -> list[str]:
    """Return all interactions that a name may mean."""
    if name and store.locate(name):
        return [name]
    if name == NEWEST:
        return [key for key in (store.newest_key(),) if key]
    return [*store.keys_named(name, limit=_COUNTED)]

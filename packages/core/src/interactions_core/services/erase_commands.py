"""The `erase` command as functions: they take a store, and say what they did.

Nothing here parses arguments or opens stores; that is the command line's part.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from interactions_core.services.eraser import Eraser
from interactions_core.stores.protocols.sessions import SessionStore

if TYPE_CHECKING:
    from interactions_core.client.client import InteractionsClient

Write = Callable[[str], object]
"""Prints one line."""

_NONE: Final = "nothing is left to be deleted"


def list_erasures(store: SessionStore, write: Write) -> None:
    """Print a line for each interaction that is to be deleted on the server."""
    listed = store.list_erasures()
    for each in listed:
        write(f"{each.interaction_id}  {each.credential}")
    if not listed:
        write(_NONE)


def erase_pending(
    store: SessionStore, client: "InteractionsClient", write: Write
) -> bool:
    """Delete on the server what is listed for erasure.

    Args:
        store: Where it is listed.
        client: Whose credential must be that of the interactions.
        write: Prints a line.

    Returns:
        Whether nothing is left.
    """
    report = Eraser(store, client).erase()
    for name in report.deleted:
        write(f"{name}: deleted")
    for name, problem in report.failed.items():
        write(f"{name}: not deleted yet: {problem}")
    if not report.deleted and not report.failed:
        write(_NONE)
    return not report.failed

"""Deleting a thread's interactions on the server, as far as that can be done.

Runs after the thread was erased here, and never fails: what could not be deleted is
reported, by id, and stays listed in the session store.
"""

import dataclasses
import time
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from interactions_core.adapter import (
    ClientPolicy,
    Connection,
    InteractionsClient,
    SessionStore,
)
from interactions_core.adapter.storage import ENDING, Eraser, Erasure

__all__ = ["ENDING", "DeletionReport", "delete_remotely", "open_client"]

LEFTOVERS: Final = 64
"""How many interactions of threads that were deleted before are asked for again."""


@dataclasses.dataclass(frozen=True, slots=True)
class DeletionReport:
    """What became of a deleted thread's interactions on the server.

    What earlier deletions have left over is asked for again, and reported as well.

    Attributes:
        deleted: Ids that the server no longer has.
        shared: Ids that were left alone: another thread rests on them.
        failed: Ids that the server may still have, and why. They stay listed, and are
            asked for again by the next deletion, by `interactions jobs watch` and by
            `interactions erase --pending`.
    """

    deleted: Sequence[str] = ()
    shared: Sequence[str] = ()
    failed: Mapping[str, str] = dataclasses.field(default_factory=dict[str, str])


def open_client(connection: Connection) -> InteractionsClient:
    """Make a client that opens its connection with its first request."""
    return InteractionsClient(
        connection, ClientPolicy(max_retries=0, retention_s=0.0, clock=time.time)
    )


def delete_remotely(
    client: InteractionsClient,
    store: SessionStore,
    erasures: Sequence[Erasure],
    shared: Collection[str],
) -> DeletionReport:
    """Delete what was listed together with a thread, and some of what was before.

    Args:
        client: Whose credential must be that of the interactions.
        store: Where they are listed.
        erasures: What the thread had.
        shared: What others rest on.
    """
    own = {(each.credential, each.interaction_id) for each in erasures}
    report = Eraser(store, client).erase(first=own, most=LEFTOVERS, others=False)
    return DeletionReport(report.deleted, tuple(sorted(shared)), report.failed)

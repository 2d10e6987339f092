"""Deleting a thread's interactions on the server, as far as that can be done.

Runs after the thread was erased here, and never fails: what could not be deleted
is reported, by id.
"""

import dataclasses
import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from interactions_core import wire
from interactions_core.client import InteractionsClient
from interactions_core.connection import Connection
from interactions_core.exceptions import (
    AuthenticationError,
    ConfigurationError,
    InteractionsError,
    NetworkError,
    NotFoundError,
    RateLimitError,
)
from interactions_core.jobs import Job
from interactions_core.records import HeldInteraction
from interactions_core.running import Rules
from interactions_core.stores.protocols import SessionStore

_log = logging.getLogger("interactions_langgraph")

# The next request would fail as well, perhaps only after its timeout.
ENDING: Final = (AuthenticationError, ConfigurationError, NetworkError, RateLimitError)


@dataclasses.dataclass(frozen=True, slots=True)
class DeletionReport:
    """What became of a deleted thread's interactions on the server.

    Attributes:
        deleted: Ids that the server no longer has.
        shared: Ids that were left alone: another thread rests on them.
        failed: Ids that the server may still have, and why.
    """

    deleted: Sequence[str] = ()
    shared: Sequence[str] = ()
    failed: Mapping[str, str] = dataclasses.field(default_factory=dict[str, str])


def open_client(connection: Connection) -> InteractionsClient:
    """Make a client that opens its connection with its first request."""
    return InteractionsClient(
        connection, Rules(max_retries=0, retention_s=0.0, clock=time.time)
    )


def delete_remotely(
    client: InteractionsClient, store: SessionStore, held: Sequence[HeldInteraction]
) -> DeletionReport:
    """Delete the interactions that a thread held and no other thread needs.

    Args:
        client: Whose credential must be that of the interactions.
        store: The store whose secret names credentials.
        held: The thread's interactions, oldest first.
    """
    shared = _shared(held)
    # Children first: a server may refuse to delete what is continued.
    alone = {each.key: each for each in reversed(held) if each.key not in shared}
    deleted: list[str] = []
    failed: dict[str, str] = {}
    ending = ""
    for key, each in alone.items():
        try:
            if not ending:
                _delete(client, store, each)
        except NotFoundError:
            pass
        except InteractionsError as exc:
            failed[key] = str(exc)
            ending = str(exc) if isinstance(exc, ENDING) else ""
            continue
        if ending:
            failed[key] = f"not tried after: {ending}"
        else:
            deleted.append(key)
    if failed:
        _log.warning("not deleted on the server: %s", ", ".join(failed))
    return DeletionReport(tuple(deleted), tuple(sorted(shared)), failed)


def cancel_runs(
    client: InteractionsClient, store: SessionStore, jobs: Sequence[Job]
) -> None:
    """Cancel what still runs for a thread; what cannot be cancelled is logged."""
    for job in jobs:
        if not job.is_runnable:
            continue
        try:
            if wire.credential_of(client.sdk(), store.secret()) == job.scope.credential:
                client.cancel(job.interaction_id)
                continue
            problem = str(_OtherCredentialError())
        except InteractionsError as exc:
            problem = str(exc)
        _log.warning("run %s goes on: %s", job.interaction_id, problem)


class _OtherCredentialError(InteractionsError):
    """This client cannot see the interaction."""

    def __init__(self) -> None:
        super().__init__(
            "it belongs to another API key, project or host than the saver's "
            "`connection`; delete it with that one"
        )


def _delete(
    client: InteractionsClient, store: SessionStore, held: HeldInteraction
) -> None:
    if wire.credential_of(client.sdk(), store.secret()) != held.scope.credential:
        raise _OtherCredentialError
    client.delete(held.key)


def _shared(held: Iterable[HeldInteraction]) -> set[str]:
    """Return what others rest on, all the way up to the root."""
    parents = {each.key: each.parent_id for each in held}
    shared: set[str] = set()
    for each in held:
        key = each.key if each.is_shared else ""
        while key in parents and key not in shared:
            shared.add(key)
            key = parents[key]
    return shared

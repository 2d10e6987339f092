"""Delete on the server what is listed for erasure, as far as that can be done.

Each id is struck off the list after the server has said that it no longer has it, so
whoever dies in between leaves it to the next one. Nothing here raises for a server
that refuses: what could not be deleted stays listed, and is reported by id.
"""

import logging
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from interactions_core.client import wire
from interactions_core.client.client import InteractionsClient
from interactions_core.exceptions import (
    AuthenticationError,
    ConfigurationError,
    InteractionsError,
    InvalidRequestError,
    NetworkError,
    NotFoundError,
    RateLimitError,
)
from interactions_core.process.failpoints import DeletionFailPoint, hit
from interactions_core.protocol.retries import FRESH_AGE_S
from interactions_core.records.erasures import Erasure
from interactions_core.stores.protocols.sessions import SessionStore

logger: Final = logging.getLogger("interactions_core")

# The next request would fail as well, perhaps only after its timeout.
ENDING: Final = (AuthenticationError, ConfigurationError, NetworkError, RateLimitError)

OTHER_CREDENTIAL: Final = (
    "it belongs to another API key, project or host than this client's connection; "
    "delete it with that one"
)


@dataclass(frozen=True, slots=True)
class ErasureReport:
    """What became of interactions that were listed for erasure.

    Attributes:
        deleted: Ids that the server no longer has.
        failed: Ids that the server may still have, and why; they stay listed.
    """

    deleted: Sequence[str] = ()
    failed: Mapping[str, str] = field(default_factory=dict[str, str])


class _YoungError(InteractionsError):
    """The server may not know the interaction yet."""

    def __init__(self, error: NotFoundError) -> None:
        super().__init__(
            f"{error} It is younger than a minute, and may appear yet; it is asked "
            "for again later."
        )


class Eraser:
    """Asks the server to delete what is listed.

    Any number may share a store: what another one was faster with is gone as well.

    Args:
        store: Where the list is.
        client: Whose credential must be that of the interactions; others stay listed.
        clock: Epoch seconds.
    """

    def __init__(
        self,
        store: SessionStore,
        client: InteractionsClient,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._client = client
        self._clock = clock
        self._ending = ""

    def erase(
        self,
        *,
        first: Collection[tuple[str, str]] = (),
        most: int | None = None,
        others: bool = True,
    ) -> ErasureReport:
        """Go once through the list.

        Args:
            first: Credentials and ids to begin with, which `most` does not limit.
            most: How many of the others are asked for at most.
            others: Whether to report those of other credentials that are not in
                `first`.
        """
        listed = self._store.list_erasures()
        if not listed:
            return ErasureReport()
        ours = self._begin()
        wanted = [each for each in listed if _name(each) in first]
        rest = [each for each in listed if _name(each) not in first]
        if not others:
            rest = [each for each in rest if each.credential == ours]
        deleted: list[str] = []
        failed: dict[str, str] = {}
        for each in [*wanted, *rest[:most]]:
            problem = self._erase(each, ours)
            if problem:
                failed[each.interaction_id] = problem
            else:
                deleted.append(each.interaction_id)
        if failed:
            logger.warning("not deleted on the server yet: %s", ", ".join(failed))
        return ErasureReport(tuple(deleted), failed)

    def _begin(self) -> str:
        """Return whose interactions the client sees; "" if it has no key."""
        self._ending = ""
        try:
            return wire.credential_of(self._client.sdk(), self._store.secret())
        except ConfigurationError as exc:
            self._ending = str(exc)
            return ""

    def _erase(self, erasure: Erasure, ours: str) -> str:
        """Delete one interaction; return what kept it from being deleted."""
        if ours and erasure.credential != ours:
            return OTHER_CREDENTIAL
        if self._ending:
            return f"not tried after: {self._ending}"
        try:
            self._delete(erasure)
        except InteractionsError as exc:
            self._ending = str(exc) if isinstance(exc, ENDING) else ""
            return str(exc)
        hit(DeletionFailPoint.ERASED)
        self._store.drop_erasure(erasure)
        hit(DeletionFailPoint.STRUCK_OFF)
        return ""

    def _delete(self, erasure: Erasure) -> None:
        name = erasure.interaction_id
        if erasure.is_running:
            try:
                self._client.cancel(name)
            except (NotFoundError, InvalidRequestError):
                # It is over, or gone.
                logger.debug("%s cannot be cancelled any more", name)
            hit(DeletionFailPoint.CANCELLED)
        try:
            self._client.delete(name)
        except NotFoundError as exc:
            # A new interaction is unknown for some seconds, and exists.
            if 0 <= self._clock() - erasure.created_at < FRESH_AGE_S:
                raise _YoungError(exc) from exc


def _name(erasure: Erasure) -> tuple[str, str]:
    return erasure.credential, erasure.interaction_id

"""Delete on the server what is listed for erasure, as far as that can be done.

Each id is struck off the list after the server has said that it no longer has it, so
whoever dies in between leaves it to the next one. Nothing here raises for a server
that refuses: what could not be deleted stays listed, and is reported by id.
"""

import logging
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from interactions_core.exceptions import (
    AuthenticationError,
    ConfigurationError,
    InteractionsError,
    InvalidRequestError,
    NetworkError,
    NotFoundError,
    RateLimitError,
)
from interactions_core.logs import log_fields
from interactions_core.process.failpoints import DeletionFailPoint, hit
from interactions_core.protocol.retention import DEFAULT_RETENTION_S
from interactions_core.protocol.retries import FRESH_AGE_S
from interactions_core.records.accounts import is_fingerprint
from interactions_core.records.erasures import Erasure
from interactions_core.stores.protocols.sessions import SessionStore

if TYPE_CHECKING:
    from interactions_core.client.client import InteractionsClient

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


class _UnseenError(InteractionsError):
    """The server may have the interaction for the key that made it."""

    def __init__(self, error: NotFoundError) -> None:
        super().__init__(
            f"{error} Another key of the account has made it, so that this one may not "
            "see it: delete it with that one; it is taken for gone once it is 55 days "
            "old."
        )


class Eraser:
    """Asks the server to delete what is listed.

    Any number may share a store: what another one was faster with is gone as well.

    Args:
        store: Where the list is.
        client: Whose key or account must own the interactions; others stay listed.
        clock: Epoch seconds.
    """

    def __init__(
        self,
        store: SessionStore,
        client: "InteractionsClient",
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._client = client
        self._clock = clock
        self._ending = ""
        self._key = ""

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
        ours = self._begin({each.credential for each in listed})
        wanted = [each for each in listed if _name(each) in first]
        rest = [each for each in listed if _name(each) not in first]
        if not others:
            rest = [each for each in rest if each.credential in (ours or ())]
        deleted: list[str] = []
        failed: dict[str, str] = {}
        for each in [*wanted, *rest[:most]]:
            problem = self._erase(each, ours)
            if problem:
                failed[each.interaction_id] = problem
            else:
                deleted.append(each.interaction_id)
        if failed:
            logger.warning(
                "not deleted on the server yet: %s",
                ", ".join(failed),
                extra=log_fields("not_deleted", id=",".join(failed)),
            )
        return ErasureReport(tuple(deleted), failed)

    def _begin(self, owners: Collection[str]) -> frozenset[str] | None:
        """Return those owners whose interactions the client may delete.

        `None` if it has no key.
        """
        self._ending = ""
        try:
            owner = self._client.owner(self._store)
        except ConfigurationError as exc:
            self._ending = str(exc)
            return None
        self._key = owner.key
        links = self._store.links_of([*owners])
        return frozenset(one for one in owners if links.get(one, one) == owner.name)

    def _erase(self, erasure: Erasure, ours: Collection[str] | None) -> str:
        """Delete one interaction; return what kept it from being deleted."""
        if ours is not None and erasure.credential not in ours:
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
                logger.debug(
                    "%s cannot be cancelled any more",
                    name,
                    extra=log_fields("not_cancelled", id=name),
                )
            hit(DeletionFailPoint.CANCELLED)
        try:
            self._client.delete(name)
        except NotFoundError as exc:
            age_s = self._clock() - erasure.created_at
            # A new interaction is unknown for some seconds, and exists.
            if 0 <= age_s < FRESH_AGE_S:
                raise _YoungError(exc) from exc
            if self._is_of_another_key(erasure) and age_s < DEFAULT_RETENTION_S:
                raise _UnseenError(exc) from exc

    def _is_of_another_key(self, erasure: Erasure) -> bool:
        return is_fingerprint(erasure.credential) and erasure.credential != self._key


def _name(erasure: Erasure) -> tuple[str, str]:
    return erasure.credential, erasure.interaction_id

"""What a session store remembers of how long a server keeps.

Holds the contract only. The same objects keep the sessions; see `protocols`.
"""

from typing import Protocol

from interactions_core.protocol.retention import Loss


class RetentionStore(Protocol):
    """Learns a retention from several chains, and forgets it again.

    Every method may be called from any thread and any process. A method either does
    all of its work or raises `StoreError` and does none of it.
    """

    def retention(self, credential: str) -> float | None:
        """Return what was learned of how long a credential's interactions live, in s."""
        ...

    def note_loss(self, credential: str, loss: Loss) -> float | None:
        """Remember for a day that a chain was lost.

        Returns:
            What `agreed_retention` says of the losses of this credential.
        """
        ...

    def learn_retention(self, credential: str, seconds: float) -> bool:
        """Remember a shorter retention, by which records then expire as they are read.

        Nothing that is recorded is rewritten.

        Returns:
            Whether this was news.
        """
        ...

    def claim_retention_try(self, credential: str, now: float) -> bool:
        """Take the one try of a day at a chain that is past what was learned.

        Args:
            credential: Whose chain it is.
            now: Epoch seconds.

        Returns:
            Whether nobody has taken it within the last 24 hours, or has learned then.
        """
        ...

    def unlearn_retention(self, credential: str | None = None) -> int:
        """Forget what was learned, of one credential or of all, and why.

        Returns:
            Of how many credentials something was learned.
        """
        ...

    def restored_at(self) -> float | None:
        """Return when the last restore was noted, in epoch seconds; `None` if never."""
        ...

    def mark_restored(self, now: float) -> None:
        """Note that a backup was restored: what is older teaches no retention."""
        ...

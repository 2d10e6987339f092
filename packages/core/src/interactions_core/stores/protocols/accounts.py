"""What a session store knows of the owners of its rows.

Holds the contract only. The same objects keep the sessions; see `protocols`.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from interactions_core.records.accounts import Claimant, LinkEvent, Owner, OwnerSummary


class AccountStore(Protocol):
    """Remembers which keys and accounts own which rows; no key is in it.

    Every method may be called from any thread and any process. A method either does
    all of its work or raises and does none of it.
    """

    def find_owner(self, claimant_of: Callable[[bytes], Claimant]) -> Owner:
        """Return whose rows somebody asks for, in one look at the store.

        A key or account that comes later is linked to what the account owns. Where
        both are new, and somebody else alone has rows, a warning says how they would
        go on with those.

        Args:
            claimant_of: Says who asks, given `secret()`, which keys fingerprints.

        Raises:
            AccountConflictError: The account owns rows, and the key others.
        """
        ...

    def links_of(self, names: Sequence[str]) -> dict[str, str]:
        """Return whose rows keys and accounts own; those without a link own theirs."""
        ...

    def list_owners(self) -> list[OwnerSummary]:
        """Return for whom anything is kept, newest first."""
        ...

    def link(
        self,
        names: Sequence[str],
        owner: str,
        *,
        leave_rows: bool = False,
        dry_run: bool = False,
    ) -> dict[str, str]:
        """Let keys and accounts own from now on what another one owns.

        What is linked to them comes along, and so do the keys of an account, unless
        another account has them too.

        Args:
            names: The keys and accounts.
            owner: Whose rows they shall own.
            leave_rows: Whether one may have rows of its own, which stay and are found
                no more.
            dry_run: Whether nothing is changed.

        Returns:
            The owner of each key and account that is linked otherwise than before.

        Raises:
            AccountConflictError: One has rows of its own.
            ConfigurationError: One has jobs that are not consumed, or the two are of
                different servers.
        """
        ...

    def unlink(self, name: str) -> bool:
        """Let a key or account own nothing but what is its own.

        Returns:
            Whether it was linked.
        """
        ...

    def list_link_events(self) -> list[LinkEvent]:
        """Return every change of who owns what, oldest first."""
        ...

    def keep_anchor_name(self, owner: str, name: str) -> None:
        """Remember under which name the anchors of an owner are signed."""
        ...

    def list_anchor_names(self, owner: str) -> list[str]:
        """Return the names under which anchors of an owner were signed."""
        ...

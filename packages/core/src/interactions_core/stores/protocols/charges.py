"""What a session store does with charges and costs.

Holds the contract only. The same objects keep the sessions; see `protocols`.
"""

from collections.abc import Sequence
from typing import Protocol

from interactions_core.records.charges import Pricing, Unanswered
from interactions_core.records.costs import CostBy, CostReport
from interactions_core.records.interactions import Scope


class ChargeStore(Protocol):
    """Keeps what each answer took beside its entry in the ledger, and adds it up.

    Every method may be called from any thread and any process. A method either does
    all of its work or raises `StoreError` and does none of it.
    """

    def cost(
        self,
        by: CostBy = "model",
        *,
        session_id: str | None = None,
        thread_id: str | None = None,
        since: float | None = None,
        until: float | None = None,
        prices: Pricing | None = None,
    ) -> CostReport:
        """Add up what turns took and cost, in groups.

        Args:
            by: What they are grouped by.
            session_id: Only those of this session.
            thread_id: Only those of this thread.
            since: Only those recorded at this time or later, in epoch seconds.
            until: Only those recorded before this time, in epoch seconds.
            prices: Price everything anew with these; by default the cost is that
                which was written with each turn.

        Raises:
            ConfigurationError: There is no such group.
        """
        ...

    def costs(
        self, groups: Sequence[CostBy], *, session_id: str | None = None
    ) -> dict[CostBy, CostReport]:
        """Add up the same turns in groups of several kinds, read once.

        Args:
            groups: What they are grouped by.
            session_id: Only those of this session.

        Returns:
            What `cost` returns of each.

        Raises:
            ConfigurationError: There is no such group.
        """
        ...

    def note_unanswered(self, scope: Scope, lost: Unanswered) -> None:
        """Keep that creates may have been billed which came to no entry."""
        ...

    def list_unanswered(
        self, *, session_id: str | None = None, thread_id: str | None = None
    ) -> list[tuple[Scope, Unanswered]]:
        """Return what may have been billed beside the ledger, oldest first."""
        ...

"""What a session store tells whoever looks inside.

Holds the contract only. The same objects keep the sessions; see `protocols`.
"""

from collections.abc import Sequence
from typing import Protocol

from interactions_core.records.conversations import (
    Content,
    ConversationFilter,
    ConversationId,
    ConversationList,
    Position,
    Recorded,
    Sort,
)
from interactions_core.records.interactions import Scope


class InspectionStore(Protocol):
    """Lists what is kept. Nothing here writes, so a read-only opening may do it all.

    Every method may be called from any thread and any process.
    """

    def list_conversations(
        self,
        where: ConversationFilter | None = None,
        *,
        after: Position | None = None,
        limit: int | None = None,
        sort: Sort = "last",
        count_known: bool = True,
    ) -> ConversationList:
        """List conversations with their sums.

        A conversation is a thread, or, where a scope has none, the interactions that
        continue or repeat each other. Those that have jobs only are listed as well.

        Args:
            where: Which are meant; `None` for all.
            after: Where a list before this one ended, of the same order.
            limit: How many at most; `None` for all.
            sort: What they are ordered by.
            count_known: Whether to say how many there are without the filter, for
                which all are looked at. Else only those of its session and thread are.
        """
        ...

    def records(
        self,
        conversation: ConversationId,
        *,
        after: str = "",
        limit: int | None = None,
    ) -> list[Recorded]:
        """Return the interactions of a conversation without content, oldest first.

        Args:
            conversation: Which is meant; one that is not known has none.
            after: The key of the one that a list before this one ended with.
            limit: How many at most; `None` for all.
        """
        ...

    def conversation_of(self, scope: Scope, key: str) -> ConversationId | None:
        """Say which conversation an interaction belongs to; `None` if none has it."""
        ...

    def contents(self, scope: Scope, keys: Sequence[str]) -> dict[str, Content]:
        """Return what was said in these turns; what is not known is left out.

        With `mirror="signatures"` there is nothing but signatures, ids and lengths.
        """
        ...

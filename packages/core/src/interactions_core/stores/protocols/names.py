"""What a session store knows of the names that people type.

Holds the contract only. The same objects keep the sessions; see `protocols`.
"""

from collections.abc import Sequence
from typing import Final, Protocol

LEAST_END: Final = 6
"""Characters of the end of an id that suffice."""


class NameStore(Protocol):
    """Finds what is meant by a part of a name, without a look at the whole store.

    Every method may be called from any thread and any process, and only reads.
    """

    def keys_named(self, name: str, *, limit: int = 100) -> Sequence[str]:
        """Return the interactions whose key begins with a name, sorted.

        Those as well that end with it, if it has `LEAST_END` characters or more. A key
        that several conversations have is returned once.

        Args:
            name: The whole key, its beginning or its end; "" is nobody's.
            limit: How many at most.
        """
        ...

    def threads_named(self, beginning: str, *, limit: int = 100) -> Sequence[str]:
        """Return the threads whose id begins like this, sorted; "" for all.

        Those as well that have background jobs only.
        """
        ...

    def newest_key(
        self, *, sent_again: bool = False, session_id: str | None = None
    ) -> str:
        """Return the interaction of the newest entry of the ledger; "" for none.

        Args:
            sent_again: Whether the newest is meant that sent everything though its
                conversation had begun.
            session_id: Only of this session; `None` for all.
        """
        ...

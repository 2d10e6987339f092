"""What a session store knows of the steps of each request.

Holds the contract only. The same objects keep the sessions; see `protocols`. Outlines
are written with their records, by `put`.
"""

from collections.abc import Sequence
from typing import Protocol

from interactions_core.records.interactions import Scope
from interactions_core.records.outlines import Outline


class OutlineStore(Protocol):
    """Tells afterwards why a request was sent as it was.

    Every method may be called from any thread and any process, and only reads.
    """

    def locate(self, key: str) -> Sequence[Scope]:
        """Say whose conversations have a record of this key."""
        ...

    def find_outline(self, scope: Scope, key: str) -> Outline | None:
        """Return the outline of a record; `None` for one without."""
        ...

    def is_known_elsewhere(self, scope: Scope, key: str) -> bool:
        """Tell whether another owner has asked something that begins alike.

        In the same session and thread, or context; nothing else is said of it.
        """
        ...

    def count_without_outline(self) -> int:
        """Count the turns that sent everything, and of which that cannot be explained.

        Those that a version recorded which wrote no outlines; the first of each scope
        is none of them, since nothing was before it.
        """
        ...

"""What a session store remembers of deleted threads.

Holds the contract only. The same objects keep the sessions; see `protocols`.
"""

from typing import Protocol

from interactions_core.records.erasures import Erasure
from interactions_core.records.interactions import Scope


class DeletionStore(Protocol):
    """Tells turns that began before a deletion, and lists what the server still has.

    Every method may be called from any thread and any process. A method either does
    all of its work or raises `StoreError` and does none of it.
    """

    def deletion_mark(self, thread_id: str) -> bytes:
        """Return what names the last deletion of a thread; b"" for none.

        A turn keeps what it read when it began: what it writes later is late if the
        thread has been deleted since.
        """
        ...

    def note_late(
        self,
        scope: Scope,
        interaction_id: str,
        began: bytes,
        *,
        is_running: bool = False,
        created_at: float = 0.0,
    ) -> bool:
        """List an interaction for erasure if its thread was deleted since `began`.

        Args:
            scope: Whose it is.
            interaction_id: Its id; "" for one that the server did not keep.
            began: The thread's `deletion_mark` when the turn began.
            is_running: Whether it is cancelled first.
            created_at: Epoch seconds.

        Returns:
            Whether the thread was deleted since.
        """
        ...

    def plan_erasures(self, thread_id: str) -> tuple[list[Erasure], frozenset[str]]:
        """Say what goes with a thread on the server, and what others rest on.

        Returns:
            What `delete_thread(..., remote=True)` lists, and the ids that it leaves
            alone.
        """
        ...

    def list_erasures(self) -> list[Erasure]:
        """Return what is to be deleted on the server, newest first."""
        ...

    def drop_erasure(self, erasure: Erasure) -> bool:
        """Strike off what the server no longer has; false if it was not listed."""
        ...

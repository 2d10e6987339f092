"""Deletes again, with their checkpoints, threads that a restored backup brought back.

What the `interactions` command asks for; it comes to it through an entry point.
"""

from interactions_core.adapter.storage import SqlStore
from interactions_langgraph._storage.tables import CheckpointTables
from interactions_langgraph._storage.threads import list_threads
from interactions_langgraph.saver import InteractionsSaver


class CheckpointEraser:
    """Erases threads of the saver that keeps them in a store; asks no server."""

    def __init__(self, store: SqlStore) -> None:
        self._saver = InteractionsSaver(store)
        self._tables = CheckpointTables(store.database)

    def list_threads(self) -> list[str]:
        """Return the ids of all threads that have checkpoints or writes."""
        with self._tables.snapshot() as connection:
            return list_threads(connection)

    def delete_thread(self, thread_id: str) -> None:
        """Erase a thread's checkpoints and its sessions, in one transaction."""
        self._saver.delete_thread(thread_id)

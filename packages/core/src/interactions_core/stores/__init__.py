"""Session stores: where the tree of interactions of each conversation is kept.

Each kind is imported when it is asked for.
"""

from typing import TYPE_CHECKING

from interactions_core.deferred import deferred

if TYPE_CHECKING:
    from interactions_core.stores.memory.store import MemoryStore
    from interactions_core.stores.opening import open_store
    from interactions_core.stores.postgres import PostgresStore
    from interactions_core.stores.protocols.sessions import SessionStore
    from interactions_core.stores.sqlite.store import SqliteStore

__all__ = ["MemoryStore", "PostgresStore", "SessionStore", "SqliteStore", "open_store"]

__getattr__, __dir__ = deferred(
    __name__,
    {
        "MemoryStore": "interactions_core.stores.memory.store",
        "PostgresStore": "interactions_core.stores.postgres",
        "SessionStore": "interactions_core.stores.protocols.sessions",
        "SqliteStore": "interactions_core.stores.sqlite.store",
        "open_store": "interactions_core.stores.opening",
    },
)

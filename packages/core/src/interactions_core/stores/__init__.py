"""Session stores: where the tree of interactions of each conversation is kept."""

from interactions_core.stores.memory.store import MemoryStore
from interactions_core.stores.opening import open_store
from interactions_core.stores.postgres import PostgresStore
from interactions_core.stores.protocols.sessions import SessionStore
from interactions_core.stores.sqlite.store import SqliteStore

__all__ = ["MemoryStore", "PostgresStore", "SessionStore", "SqliteStore", "open_store"]

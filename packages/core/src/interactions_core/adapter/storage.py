"""What a checkpointer shares with a session store: its databases, deletion, erasing."""

from interactions_core.process.failpoints import Deletion, reached
from interactions_core.records.erasures import LATE_S, Erasure
from interactions_core.records.names import check_names
from interactions_core.services.eraser import ENDING, Eraser
from interactions_core.stores.postgres import PostgresStore
from interactions_core.stores.sql.database import SqlConnection, SqlDatabase
from interactions_core.stores.sql.rows import BIRTH_BYTES
from interactions_core.stores.sql.store import SqlStore

__all__ = [
    "BIRTH_BYTES",
    "ENDING",
    "LATE_S",
    "Deletion",
    "Eraser",
    "Erasure",
    "PostgresStore",
    "SqlConnection",
    "SqlDatabase",
    "SqlStore",
    "check_names",
    "reached",
]

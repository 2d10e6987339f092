"""What a checkpointer shares with a session store: its databases, deletion, erasing."""

from interactions_core.process.failpoints import DeletionFailPoint, hit
from interactions_core.records.erasures import LATE_S, Erasure
from interactions_core.records.names import check_names
from interactions_core.services.eraser import ENDING, Eraser
from interactions_core.stores.opening import check_is_free
from interactions_core.stores.postgres import PostgresStore
from interactions_core.stores.sql.cleaning import delete_some, out_of_date
from interactions_core.stores.sql.database import SqlConnection, SqlDatabase
from interactions_core.stores.sql.rows import SELECT_BIRTH_BYTES
from interactions_core.stores.sql.statements import in_dialects, placeholders
from interactions_core.stores.sql.store import SqlStore
from interactions_core.stores.sqlite.private_files import make_private

__all__ = [
    "ENDING",
    "LATE_S",
    "SELECT_BIRTH_BYTES",
    "DeletionFailPoint",
    "Eraser",
    "Erasure",
    "PostgresStore",
    "SqlConnection",
    "SqlDatabase",
    "SqlStore",
    "check_is_free",
    "check_names",
    "delete_some",
    "hit",
    "in_dialects",
    "make_private",
    "out_of_date",
    "placeholders",
]

"""A release after this one, whose `sessions` have one more column."""

from interactions_core.stores import PostgresStore, SqliteStore, open_store
from interactions_core.stores.sql import rows

VERSION = len(rows.MIGRATIONS)
COLUMN = "ALTER TABLE interactions ADD COLUMN label TEXT NOT NULL DEFAULT ''"
EXPANDED = (*rows.MIGRATIONS, (COLUMN,))
CONTRACTED = (*EXPANDED, ("ALTER TABLE interactions DROP COLUMN reason",))

DatabaseStore = SqliteStore | PostgresStore


def another(store_url: str, number: int = 1) -> DatabaseStore:
    """Open a store as another process does; the numbers of processes differ."""
    if store_url.startswith("sqlite"):
        return SqliteStore(store_url.removeprefix("sqlite:///"))
    opened = open_store(f"{store_url}{'&' * number}")
    assert isinstance(opened, PostgresStore)
    return opened


def expand(store: DatabaseStore) -> None:
    """Add a column of which this release need not know."""
    store.database.install("sessions", EXPANDED, needs=VERSION)
    store.database.setup()


def contract(store: DatabaseStore) -> None:
    """Take away a column that this release needs."""
    store.database.install("sessions", CONTRACTED)
    store.database.setup()

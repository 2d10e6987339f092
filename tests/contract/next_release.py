"""A release after this one, whose `sessions` have one more column."""

from interactions_core.stores import PostgresStore, SqliteStore, open_store
from interactions_core.stores.sql import rows
from interactions_core.stores.sql.database import Migration, Rewrite
from interactions_core.stores.sql.statements import in_dialects

VERSION = len(rows.MIGRATIONS)
COLUMN = in_dialects("ALTER TABLE interactions ADD COLUMN label {integer}")
FILL = Rewrite(
    bound="""SELECT max(key), count(*) FROM (
        SELECT key FROM interactions WHERE key > $1 ORDER BY key LIMIT $2
    ) AS batch""",
    # Whoever changes a row twice would be seen.
    change="""UPDATE interactions SET label = coalesce(label, 0) + 1
    WHERE key > $1 AND key <= $2""",
    count="SELECT count(*) FROM interactions",
    size=2,
)
EXPANDED: tuple[Migration, ...] = (*rows.MIGRATIONS, (COLUMN,))
FILLED: tuple[Migration, ...] = (*EXPANDED, FILL)
CONTRACTED: tuple[Migration, ...] = (
    *FILLED,
    (
        "DROP INDEX IF EXISTS interactions_by_time",
        "ALTER TABLE interactions DROP COLUMN reason",
    ),
)

DatabaseStore = SqliteStore | PostgresStore


def another(
    store_url: str, number: int = 1, *, auto_migrate: bool | None = None
) -> DatabaseStore:
    """Open a store as another process does; the numbers of processes differ."""
    if store_url.startswith("sqlite"):
        path = store_url.removeprefix("sqlite:///")
        return SqliteStore(path, auto_migrate=auto_migrate)
    opened = open_store(f"{store_url}{'&' * number}", auto_migrate=auto_migrate)
    assert isinstance(opened, PostgresStore)
    return opened


def expand(store: DatabaseStore) -> None:
    """Add a column of which this release need not know."""
    store.database.install("sessions", EXPANDED, needs=VERSION)
    store.database.setup()


def fill(store: DatabaseStore) -> None:
    """Add it, and give the rows that are there a value, some at a time."""
    store.database.install("sessions", FILLED, needs=VERSION)


def contract(store: DatabaseStore) -> None:
    """Take away a column that this release needs."""
    store.database.install("sessions", CONTRACTED)
    store.database.setup()


def labels_of(store: DatabaseStore) -> dict[str, int | None]:
    with store.database.reading() as db:
        return dict(db.execute("SELECT key, label FROM interactions").fetchall())

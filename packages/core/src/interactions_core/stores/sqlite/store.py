"""A session store in a SQLite file, shared by threads and processes."""

from pathlib import Path

from interactions_core.records.mirror import Mirror
from interactions_core.stores.sql.schema.migrating import may_migrate
from interactions_core.stores.sqlite.database import SqliteDatabase
from interactions_core.stores.sqlite.read_only import ReadOnlyDatabase
from interactions_core.stores.sqlite.word_index import SqliteSearchStore, merge_words


class SqliteStore(SqliteSearchStore):
    """Keeps sessions in a file: they outlive the process and are shared by others.

    Safe for any number of threads and processes. Close it, or leave that to the end
    of the process; a closed store opens again with its next use.

    Args:
        path: The file, created with its first use; `":memory:"` for none.
        mirror: How much of the content is kept.
        read_only: Only look: the file must be there, no right to write is needed, and
            whatever would change something is a `StoreError`.
        auto_migrate: Whether the file is made and upgraded without being asked for. If
            not, one that lacks something is a `StoreError` with its first use, and
            `interactions db migrate` does it; `None` for what
            `INTERACTIONS_AUTO_MIGRATE` says, else yes.
    """

    threads = 1
    """More would only wait for each other: the statements of a file take turns."""

    database: SqliteDatabase

    def __init__(
        self,
        path: str | Path,
        *,
        mirror: Mirror = "full",
        read_only: bool = False,
        auto_migrate: bool | None = None,
    ) -> None:
        database: SqliteDatabase = (
            ReadOnlyDatabase(path)
            if read_only
            else SqliteDatabase(path, auto_migrate=may_migrate(auto_migrate))
        )
        database.erasers.append(merge_words)
        super().__init__(database, f"sqlite:///{path}", mirror=mirror)

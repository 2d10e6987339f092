"""A SQLite file that is only looked at: no right to write is needed, nothing is made.

The rest is `database`'s.
"""

import contextlib
import sqlite3
from collections.abc import Collection, Generator
from pathlib import Path
from typing import Final

from interactions_core.exceptions import StoreError
from interactions_core.stores.sql.schema.contracts import Part, read_contracts
from interactions_core.stores.sql.schema.refusing import check_version, refuse_to_write
from interactions_core.stores.sqlite.connection import SqliteConnection
from interactions_core.stores.sqlite.database import SqliteDatabase
from interactions_core.stores.sqlite.files import (
    BUSY_TIMEOUT_S,
    MEMORY,
    check_is_no_folder,
    version_of,
)
from interactions_core.stores.sqlite.tables import FileTables

LOOK_AGAIN: Final = "Look again."
"""What to do where somebody began to write a file that nobody had."""

_Idle = tuple[int, int]
"""Size, and the time of the last change in nanoseconds, of a file without a log."""


class ReadOnlyDatabase(SqliteDatabase):
    """A SQLite file that others write.

    A file without a write-ahead log is in nobody's hands, and is read as it is: SQLite
    would otherwise make files beside it, which its owner might then not be able to
    open. Where somebody has written meanwhile, the file is opened again.

    Args:
        path: The file; there has to be one.
    """

    read_only = True

    def __init__(self, path: str | Path) -> None:
        self._idle: _Idle | None = None
        super().__init__(path)

    @contextlib.contextmanager
    def reading(self) -> Generator[SqliteConnection]:
        """Hold the connection for reads.

        Raises:
            StoreError: Somebody began to write meanwhile.
        """
        with self._lock, super().reading() as connection:
            yield connection
            if self._has_changed():
                self.close()
                raise StoreError(
                    self.path,
                    "somebody began to write while it was read",
                    LOOK_AGAIN,
                )

    @contextlib.contextmanager
    def writing(
        self, *_names: str, shared: Collection[str] = ()
    ) -> Generator[SqliteConnection]:
        """Refuse to write.

        Raises:
            StoreError: Always.
        """
        del shared
        refuse_to_write(self.path)
        yield  # pragma: no cover - for its type

    def erase_log(self) -> None:
        """Do nothing: what was deleted is its writer's to erase."""

    def _open(self) -> SqliteConnection:
        if self._connection is not None and self._has_changed():
            self.close()
        return super()._open()

    def _connect(self) -> SqliteConnection:
        path = Path(self.path).absolute()
        check_is_no_folder(self.path)
        if self.path == MEMORY or not path.is_file():
            raise StoreError(
                self.path, "there is no such file", "Check the path; nothing was made."
            )
        self._idle = _idle(path)
        options = "mode=ro&immutable=1" if self._idle else "mode=ro"
        return sqlite3.connect(
            f"{path.as_uri()}?{options}",
            uri=True,
            timeout=BUSY_TIMEOUT_S,
            isolation_level=None,
            check_same_thread=False,
            factory=SqliteConnection,
        )

    @contextlib.contextmanager
    def _explained(self) -> Generator[None]:
        try:
            with super()._explained():
                yield
        except StoreError as error:
            cause = error.__cause__
            if not isinstance(cause, sqlite3.OperationalError):
                raise
            if "unable to open" not in str(cause):
                raise
            raise StoreError(
                self.path,
                f"the file cannot be read ({cause})",
                "Check that this user may read it, and its -wal and -shm beside it.",
            ) from cause

    def _has_changed(self) -> bool:
        return self._idle is not None and _idle(Path(self.path)) != self._idle

    def _make_tables(self, *, auto_migrate: bool) -> "ReadOnlyTables":
        return ReadOnlyTables(self.path, auto_migrate=auto_migrate)


class ReadOnlyTables(FileTables):
    """What has to be in such a file; nothing is made or upgraded."""

    def bring_up(self, connection: SqliteConnection, part: Part) -> None:
        """Check the version of a part.

        Raises:
            StoreError: It cannot be read as it is.
        """
        has_versions = connection.execute(
            "SELECT 1 FROM sqlite_master WHERE name = 'schema_versions'"
        ).fetchone()
        found = version_of(connection, part.name) if has_versions else 0
        needs = read_contracts(connection) if found > part.version else {}
        check_version(self._path, part, found, needs)


def _idle(path: Path) -> _Idle | None:
    """Return how a file is that nobody has open; `None` for others."""
    if path.with_name(f"{path.name}-wal").exists():
        return None
    with contextlib.suppress(FileNotFoundError):
        found = path.stat()
        return found.st_size, found.st_mtime_ns
    return None

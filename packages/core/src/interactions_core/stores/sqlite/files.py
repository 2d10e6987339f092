"""Open SQLite files, and empty what lies beside them.

Functions of a path and a connection only; `database` decides when they run.
"""

import os
import sqlite3
import time
from pathlib import Path
from typing import Final

from interactions_core.exceptions import StoreError
from interactions_core.stores.sql.database import SqlConnection
from interactions_core.stores.sqlite.connection import SqliteConnection
from interactions_core.stores.sqlite.private_files import make_private

MEMORY: Final = ":memory:"
BUSY_TIMEOUT_S: Final = 60.0
"""How long a writer waits for another process before it gives up."""

ERASE_TIMEOUT_S: Final = 1.0
"""How long erasing waits for readers of the write-ahead log."""

Identity = tuple[int, int] | None
"""Device and inode of a file; `None` for memory and for a file that is gone."""

_VERSIONS = (
    "CREATE TABLE IF NOT EXISTS schema_versions "
    "(part TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID"
)


def identity_of(path: str) -> Identity:
    """Tell which file a path leads to."""
    try:
        # This runs with every use; a `Path` would be parsed each time.
        found = os.stat(path)  # noqa: PTH116
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def check_is_no_folder(path: str) -> None:
    """Call a folder by its name, for which SQLite has the words of many faults.

    Raises:
        StoreError: It is one.
    """
    # As with `identity_of`, a `Path` would be made for nothing else.
    if os.path.isdir(path):  # noqa: PTH112
        raise StoreError(
            path,
            "this is a folder",
            f"Name a file in it, e.g. sqlite:///{path.rstrip('/')}/state.db.",
        )


def connect(path: str) -> SqliteConnection:
    """Open a file in WAL mode; create it and its folder if need be.

    Raises:
        StoreError: The folder cannot be made, or the path is one.
        sqlite3.DatabaseError: The file is not a database or cannot be opened.
    """
    if path != MEMORY:
        check_is_no_folder(path)
        _make_private(path)
    connection = sqlite3.connect(
        path,
        timeout=BUSY_TIMEOUT_S,
        isolation_level=None,
        check_same_thread=False,
        factory=SqliteConnection,
        cached_statements=256,
    )
    try:
        _prepare(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def connect_to_look(path: str) -> SqliteConnection:
    """Open a file that is there, only to read it; nothing is made beside it.

    Raises:
        sqlite3.DatabaseError: It cannot be opened.
    """
    check_is_no_folder(path)
    # Without a log beside it, reading must not make one.
    whole = "" if Path(f"{path}-wal").exists() else "&immutable=1"
    return sqlite3.connect(
        f"{Path(path).absolute().as_uri()}?mode=ro{whole}",
        uri=True,
        timeout=BUSY_TIMEOUT_S,
        isolation_level=None,
        check_same_thread=False,
        factory=SqliteConnection,
    )


def _make_private(path: str) -> None:
    try:
        make_private(path)
    except OSError as exc:
        raise StoreError(
            path,
            f"its folder cannot be made ({exc.strerror})",
            "Check the path, and that this user may write there.",
        ) from exc


def _prepare(connection: SqliteConnection) -> None:
    give_up = time.monotonic() + BUSY_TIMEOUT_S
    # The switch to WAL ignores the busy timeout when two processes open a new
    # file at once: https://www.sqlite.org/wal.html#sometimes_queries_return_sqlite_busy
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            break
        except sqlite3.OperationalError as exc:
            if "locked" not in str(exc) or time.monotonic() > give_up:
                raise
            time.sleep(0.01)
    # WAL with NORMAL survives a killed process; only a power cut may lose the
    # last commits, and a lost row costs a replay.
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute(_VERSIONS)


def empty_log(connection: SqliteConnection) -> None:
    """Move the write-ahead log into the file, if nobody reads from it for long."""
    connection.execute(f"PRAGMA busy_timeout = {ERASE_TIMEOUT_S * 1000:.0f}")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000:.0f}")


def version_of(connection: SqlConnection, part: str) -> int:
    """Return the schema version of a part's tables; 0 if there are none."""
    row = connection.execute(
        "SELECT version FROM schema_versions WHERE part = $1", (part,)
    ).fetchone()
    return int(row[0]) if row else 0

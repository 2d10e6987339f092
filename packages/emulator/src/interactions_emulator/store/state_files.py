"""Opens the SQLite file with the emulator's state, and no other file."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from interactions_emulator.base.private_files import make_private

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS interactions (id TEXT PRIMARY KEY, record TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS things (
  kind TEXT NOT NULL, id TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (kind, id)
);
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value REAL NOT NULL);
"""
_COLUMNS: Final = {
    "interactions": ["id", "record"],
    "things": ["kind", "id", "value"],
    "meta": ["key", "value"],
}


class StateFileError(ValueError):
    """A state file that cannot be opened, or that holds something else."""


def open_state(path: str | Path) -> sqlite3.Connection:
    """Open the file, made for its owner alone if it is new.

    Raises:
        StateFileError: It cannot be opened, or is not the emulator's own; then
            nothing was written to it.
    """
    try:
        make_private(str(path))
        # Opened by the thread that starts the server, used by the server's own.
        opened = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    except (OSError, sqlite3.Error) as exc:
        raise _unopenable(path, exc) from exc
    try:
        _check_owner(opened, path)
        # A write-ahead log needs no fsync to survive the death of the process.
        opened.execute("PRAGMA journal_mode=WAL")
        opened.execute("PRAGMA synchronous=NORMAL")
        opened.executescript(_SCHEMA)
    except sqlite3.Error as exc:
        opened.close()
        raise _unopenable(path, exc) from exc
    except StateFileError:
        opened.close()
        raise
    return opened


def _check_owner(opened: sqlite3.Connection, path: str | Path) -> None:
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    with closing(opened.execute(query)) as rows:
        tables = sorted(row[0] for row in rows)
    foreign = [name for name in tables if _columns(opened, name) != _COLUMNS.get(name)]
    if "interactions" not in tables:
        # It is the first that is made; somebody else's may look like the others.
        foreign = tables
    if foreign:
        message = (
            f"the state file {path} is another program's: it has the table"
            f" {foreign[0]!r}; name a file of the emulator's own, or a new one"
        )
        raise StateFileError(message)


def _columns(opened: sqlite3.Connection, table: str) -> list[str]:
    rows = opened.execute("SELECT name FROM pragma_table_info(?)", (table,))
    return [row[0] for row in rows]


def _unopenable(path: str | Path, exc: Exception) -> StateFileError:
    problem = "it is a folder" if Path(path).is_dir() else exc
    return StateFileError(f"the state file {path} cannot be opened: {problem}")

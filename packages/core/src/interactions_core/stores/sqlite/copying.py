"""Copies of a SQLite file, made beside the programs that write it.

A copy is one state of the file, and appears under its name when it is whole.
"""

import contextlib
import os
import sqlite3
import tempfile
from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path
from typing import Final

from interactions_core.exceptions import StoreError
from interactions_core.stores.sql.schema.contracts import (
    VERSIONS,
    Parts,
    check_contracts,
    read_contracts,
)
from interactions_core.stores.sqlite.connection import SqliteConnection
from interactions_core.stores.sqlite.read_only import LOOK_AGAIN, ReadOnlyDatabase
from interactions_core.stores.sqlite.readers_copy import copy_rows
from interactions_core.stores.sqlite.store import SqliteStore

Tell = Callable[[int, int], object]
"""Is told how many pages are copied, and how many there are."""

_STEP_PAGES: Final = 1_000
_Make = Callable[[SqliteConnection, str], object]


def copy_file(source: str, target: Path, tell: Tell) -> None:
    """Copy a store with everything that is in its file.

    Args:
        source: The file.
        target: A file that is not there yet; only its owner may read it.
        tell: Is told how far it is.

    Raises:
        StoreError: There is such a file, or one of the two cannot be read or written.
    """

    def make(connection: SqliteConnection, path: str) -> None:
        with closing(sqlite3.connect(path)) as made:
            connection.backup(
                made,
                pages=_STEP_PAGES,
                progress=lambda _, left, pages: tell(pages - left, pages),
            )

    _copy(source, target, make)


def copy_for_readers(
    source: str, target: Path, parts: Parts, tell: Callable[[str, int], object]
) -> None:
    """Copy a store without what was said and without its secret.

    Args:
        source: The file.
        target: A file that is not there yet; only its owner may read it.
        parts: What this release knows of the store.
        tell: Is told how many rows of each table were copied.

    Raises:
        StoreSchemaError: A newer release has changed the store too far.
        StoreError: There is such a file, or one of the two cannot be read or written.
    """

    def make(connection: SqliteConnection, path: str) -> None:
        found = dict(connection.execute(VERSIONS).fetchall())
        check_contracts(source, parts.values(), found, read_contracts(connection))
        store = SqliteStore(path, auto_migrate=True)
        with closing(store), store.database.writing() as made:
            copy_rows(connection, made, tell)

    _copy(source, target, make)


def _copy(source: str, target: Path, make: _Make) -> None:
    with _new_file(target) as path:
        try:
            _read_at_once(source, path, make)
        except StoreError as error:
            if error.advice != LOOK_AGAIN:
                raise
            # Nobody had the file when it was opened; by now somebody has.
            Path(path).write_bytes(b"")
            _read_at_once(source, path, make)
        with closing(sqlite3.connect(path)) as made:
            # One file, with nothing beside it that would have to come along.
            made.execute("PRAGMA journal_mode = DELETE").fetchall()


def _read_at_once(source: str, path: str, make: _Make) -> None:
    """Make a copy from one state of the source, whatever others write meanwhile."""
    database = ReadOnlyDatabase(source)
    with closing(database), database.reading() as connection:
        connection.execute("BEGIN")
        # A transaction begins to read with its first statement.
        connection.execute(VERSIONS).fetchall()
        try:
            make(connection, path)
        finally:
            connection.execute("ROLLBACK")


@contextlib.contextmanager
def _new_file(target: Path) -> Generator[str]:
    """Lend a file for this user alone, which gets its name when the block is over.

    Raises:
        StoreError: There is a file of that name, or none can be made.
    """
    if target.exists():
        raise _is_there(target)
    try:
        handle, path = tempfile.mkstemp(".part", f"{target.name}.", target.parent)
    except OSError as exc:
        problem = f"no file can be made there ({exc.strerror})"
        advice = "Check that the folder exists and that this user may write there."
        raise StoreError(str(target), problem, advice) from exc
    os.close(handle)
    try:
        yield path
        _give_name(path, target)
    finally:
        for ending in ("", "-journal", "-wal", "-shm"):
            Path(f"{path}{ending}").unlink(missing_ok=True)


def _give_name(path: str, target: Path) -> None:
    try:
        # Unlike a rename it replaces nothing.
        target.hardlink_to(path)
    except FileExistsError as exc:
        raise _is_there(target) from exc
    except OSError:
        # Some file systems have no links.
        Path(path).rename(target)


def _is_there(target: Path) -> StoreError:
    return StoreError(
        str(target), "there is such a file", "Name another one; nothing was copied."
    )

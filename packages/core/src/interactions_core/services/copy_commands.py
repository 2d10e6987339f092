"""`db copy` as functions: a copy of a store, whole or for readers.

Nothing here parses arguments or opens stores; that is the command line's part.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from interactions_core.counted import counted
from interactions_core.exceptions import StoreError
from interactions_core.stores.sql.store import SqlStore
from interactions_core.stores.sqlite.copying import copy_file, copy_for_readers
from interactions_core.stores.sqlite.store import SqliteStore

Write = Callable[[str], object]
"""Prints one line."""

_TELL_EVERY: Final = 10
"""Lines about the pages of a file, if there are enough of them."""


def copy_store(
    store: SqlStore, target: Path, write: Write, *, without_content: bool = False
) -> None:
    """Copy a store in a file, and print how far it is.

    Args:
        store: What is copied; others may write it meanwhile.
        target: A file that is not there yet.
        write: Prints a line.
        without_content: Whether what was said, its hashes and the secret are left out.

    Raises:
        StoreError: The store is no file, there is such a file, or one of the two
            cannot be read or written.
    """
    if not isinstance(store, SqliteStore):
        raise StoreError(
            store.database.place,
            "a database on a server is copied by its own programs",
            "Use `pg_dump --schema=interactions`.",
        )
    path = store.database.path
    if without_content:
        parts = store.database.parts
        copy_for_readers(path, target, parts, partial(_tell_rows, write))
    else:
        copy_file(path, target, _teller(write))
    left_out = ", without what was said and without the secret"
    write(f"copied to {target}{left_out if without_content else ''}")


def _tell_rows(write: Write, table: str, rows: int) -> None:
    if rows:
        write(f"{table}: {counted(rows, 'row')}")


def _teller(write: Write) -> Callable[[int, int], None]:
    told = 0

    def tell(done: int, pages: int) -> None:
        nonlocal told
        part = done * _TELL_EVERY // max(1, pages)
        if part > told and done < pages:
            told = part
            write(f"{done:,} of {pages:,} pages")

    return tell

"""What an error of SQLite means, in words."""

import contextlib
import sqlite3
from collections.abc import Generator

from interactions_core.exceptions import StoreError
from interactions_core.stores.sql.database import check_text
from interactions_core.stores.sqlite.files import BUSY_TIMEOUT_S


@contextlib.contextmanager
def translate_errors(path: str) -> Generator[None]:
    """Raise what SQLite raises in the block as an error of the store.

    Raises:
        StoreError: A statement failed, or had a text that no database keeps.
    """
    try:
        yield
    except sqlite3.DatabaseError as exc:
        raise to_store_error(path, exc) from exc
    except UnicodeEncodeError as exc:
        check_text(path, exc)
        raise


def to_store_error(path: str, exc: sqlite3.DatabaseError) -> StoreError:
    """Say what an error of SQLite means and what to do."""
    text = str(exc)
    if "not a database" in text or "malformed" in text:
        return StoreError(
            path,
            f"the file is not a readable SQLite database ({text})",
            "Restore it from a backup or point `sessions` at another file; "
            "it was not touched.",
        )
    if "unable to open" in text or "readonly" in text:
        return StoreError(
            path,
            f"the file cannot be opened for writing ({text})",
            "Check that the folder exists and that this user may write there.",
        )
    if "locked" in text:
        return StoreError(
            path,
            f"another process held the write lock for {BUSY_TIMEOUT_S:.0f} s",
            "Look for a process that keeps a transaction open on this file.",
            retryable=True,
        )
    # The space may be freed, the disk or the share may come back.
    retryable = "is full" in text or "disk I/O" in text
    return StoreError(path, text, "The change was not applied.", retryable=retryable)

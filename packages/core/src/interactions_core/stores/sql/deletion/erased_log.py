"""The list of deletions outside the database: a file that only ever grows.

A line is on the disk before the deletion is committed. So a process that dies in
between has a thread in the list that is still there, which is erased with the next
restore, as was asked for; the other way round a restore would bring one back for good.
"""

import hashlib
import os
from typing import Final

from interactions_core.exceptions import StoreError
from interactions_core.records.erased import VARIABLE, ErasedLine, write_line
from interactions_core.stores.sql.database import SqlDatabase
from interactions_core.stores.sql.rows import SELECT_BIRTH_BYTES

_ADVICE: Final = f"Nothing was deleted: mend that, or unset {VARIABLE}."


def store_name(secret: bytes) -> str:
    """Name a store by its secret, which backups of it share, and say nothing of it."""
    return hashlib.blake2b(key=secret, digest_size=8, person=b"erased").hexdigest()


def find_secret(database: SqlDatabase) -> bytes | None:
    """Return what a store was born with; `None` if nothing was written to it yet."""
    with database.reading() as db:
        row = db.execute(SELECT_BIRTH_BYTES).fetchone()
    return None if row is None else bytes(row[0])


def note_deletion(line: ErasedLine) -> None:
    """Append a line to the file of the environment, if it names one, on the disk.

    Several processes may write to one file. It is made for its owner alone; its folder
    has to be there, which tells a volume that is not mounted.

    Raises:
        StoreError: It cannot be written.
    """
    path = os.environ.get(VARIABLE)
    if not path:
        return
    try:
        _append(path, write_line(line).encode())
    except OSError as exc:
        problem = f"the deletion cannot be noted there ({exc.strerror or exc})"
        raise StoreError(path, problem, _ADVICE) from exc


def _append(path: str, line: bytes) -> None:
    is_new = not os.path.exists(path)  # noqa: PTH110  beside os.open
    handle = os.open(path, os.O_CREAT | os.O_APPEND | os.O_RDWR, 0o600)
    try:
        size = os.fstat(handle).st_size
        # What a process has not written to its end is a line of its own.
        begun = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
        whole = (b"\n" if begun else b"") + line + b"\n"
        if os.write(handle, whole) != len(whole):
            raise OSError(0, "only a part of the line was written")
        os.fsync(handle)
    finally:
        os.close(handle)
    if is_new:
        _sync_folder(os.path.dirname(os.path.abspath(path)))  # noqa: PTH100, PTH120


def _sync_folder(folder: str) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

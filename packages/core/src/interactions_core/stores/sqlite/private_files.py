"""Files that hold conversations are their owner's alone.

SQLite gives its `-wal` and `-shm` the permissions of the file that they belong to:
https://www.sqlite.org/src/file/src/os_unix.c (findCreateFileMode)
"""

import contextlib
import logging
import os
import stat
from pathlib import Path
from typing import Final

from interactions_core.logs import log_fields

logger: Final = logging.getLogger("interactions_core")

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_named: Final = set[str]()


def make_private(path: str) -> None:
    """Make a file and its folders for this user alone, unless they exist.

    A file that others may read is left as it is and named in the log, once.

    Raises:
        OSError: A folder cannot be made. What is wrong with the file itself is left
            to whoever opens it.
    """
    # A link may lead to a file that is still to be made.
    real = os.path.realpath(path)
    _make_folder(Path(real).parent)
    try:
        handle = os.open(real, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    except FileExistsError:
        _name_if_open(path)
    except OSError:
        return
    else:
        os.close(handle)
        _chmod(real, 0o600)


def _make_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    try:
        folder.mkdir(0o700)
    except FileExistsError:
        if not folder.is_dir():
            raise
    else:
        _chmod(str(folder), 0o700)


def _chmod(path: str, mode: int) -> None:
    """Undo what the umask has taken from the owner; it never gives anything."""
    with contextlib.suppress(OSError):
        Path(path).chmod(mode)


def _name_if_open(path: str) -> None:
    # Windows has no such modes.
    if os.name == "nt" or path in _named:
        return
    mode = Path(path).stat().st_mode
    if stat.S_ISREG(mode) and mode & _OTHERS:
        _named.add(path)
        logger.warning(
            "%s may be read by others on this machine (mode %04o) and holds "
            "conversations; it is left as it is: chmod 600",
            path,
            stat.S_IMODE(mode),
            extra=log_fields("file_open_to_others"),
        )

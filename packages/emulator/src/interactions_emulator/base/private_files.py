"""The state file is its owner's alone.

SQLite gives its `-wal` and `-shm` the permissions of the file that they belong to:
https://www.sqlite.org/src/file/src/os_unix.c (findCreateFileMode)
"""

import contextlib
import logging
import os
import stat
from pathlib import Path
from typing import Final

logger: Final = logging.getLogger("interactions_emulator")

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_named: Final = set[str]()


def make_private(path: str) -> None:
    """Make a file for this user alone, unless it exists.

    A file that others may read is left as it is and named in the log, once. What is
    wrong with a path is left to whoever opens it.
    """
    # A link may lead to a file that is still to be made.
    real = os.path.realpath(path)
    try:
        handle = os.open(real, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    except FileExistsError:
        _name_if_open(path)
    except OSError:
        return
    else:
        os.close(handle)
        # The umask may have taken something from the owner; it never gives anything.
        with contextlib.suppress(OSError):
            Path(real).chmod(0o600)


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
            extra={"interactions_event": "file_open_to_others"},
        )

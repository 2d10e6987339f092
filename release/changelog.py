"""The changelog of a release: its newest section gets a number and a date."""

import datetime as dt
import re
from typing import Final

_OPEN: Final = re.compile(r"^## (\S+) \(unreleased\)$", re.MULTILINE)
_SECTION: Final = re.compile(r"^## ", re.MULTILINE)


class NothingToReleaseError(Exception):
    """The changelog has no section that is open, or nothing stands in it."""


def cut(text: str, version: str, date: dt.date) -> str:
    """Close the open section under this version and date.

    A changelog whose newest section is this version's, closed already, stays.

    Raises:
        NothingToReleaseError: There is no open section, or it has no entry.
    """
    closed = _OPEN.sub(f"## {version} ({date.isoformat()})", text, count=1)
    if not re.search(rf"\A[^#]*# [^#]*\n## {re.escape(version)} \(", closed):
        message = f"the changelog begins with no section that is open or of {version}"
        raise NothingToReleaseError(message)
    if "\n- " not in f"\n{notes(closed, version)}":
        message = f"nothing stands in the changelog's section of {version}"
        raise NothingToReleaseError(message)
    return closed


def notes(text: str, version: str) -> str:
    """Return what the section of a version says, without its heading."""
    after = text.partition(f"\n## {version} (")[2].partition("\n")[2]
    return _SECTION.split(after, maxsplit=1)[0].strip() + "\n"

"""The session store: whether it opens, whose it is, and what waits in it.

It is opened to be read only, and nothing is made where there is none.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, cast

from interactions_core.counted import counted
from interactions_core.doctor.checks import Check
from interactions_core.doctor.jobs import check_jobs
from interactions_core.doctor.mirrors import check_mirror
from interactions_core.exceptions import (
    ConfigurationError,
    InteractionsError,
    StoreError,
)
from interactions_core.protocol.retention import DAY_S, DEFAULT_RETENTION_S
from interactions_core.records.accounts import is_fingerprint
from interactions_core.records.erased import VARIABLE as ERASED
from interactions_core.records.forms import LIFE_S
from interactions_core.secret_options import shown_store
from interactions_core.stores import SessionStore, open_store
from interactions_core.stores.sql.schema.refusing import UPGRADE
from interactions_core.stores.sql.store import SqlStore

_MEMORY: Final = "memory:"
_SQLITE: Final = "sqlite:///"
_NAMED: Final = 3
"""How many jobs a line names."""

_SHOWN_OF_FINGERPRINT: Final = 8
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def open_to_look(url: str) -> tuple[SessionStore | None, list[Check]]:
    """Open a store, and say how it is.

    Args:
        url: As `open_store` takes it; "" for none.

    Returns:
        The store, which the caller closes, or `None`; and what was found.
    """
    if not url:
        text = "none is named: give --sessions or INTERACTIONS_SESSIONS to look at one"
        return None, [Check("store", "ok", text)]
    if url.startswith(_MEMORY):
        text = f"{url} ends with its process"
        return None, [Check("store", "ok", text)]
    path = _path_of(url)
    if path is not None and not path.exists():
        return None, [_missing(url, path)]
    found = list(_rights(path)) if path is not None else []
    with ExitStack() as unusable:
        try:
            store = open_store(url, read_only=True)
            unusable.callback(store.close)
            versions = _versions(store)
        except StoreError as exc:
            level = "warn" if exc.advice == UPGRADE else "fail"
            return None, [Check("store", level, str(exc)), *found]
        except (ConfigurationError, OSError) as exc:
            return None, [Check("store", "fail", str(exc)), *found]
        unusable.pop_all()
    text = f"{shown_store(url)}, schema {versions}{_size(path)}"
    return store, [Check("store", "ok", text), *found]


def secret_of(store: SessionStore | None) -> bytes | None:
    """Return what a store keys fingerprints with, if it has anything yet."""
    try:
        return store.secret() if store is not None else None
    except StoreError:
        return None


def check_content(
    store: SessionStore, credential: str, *, now: float
) -> Iterator[Check]:
    """Say what waits in a store, and what it has learned of a key.

    Args:
        store: The store.
        credential: Of the key in use; "" where there is none.
        now: Epoch seconds.
    """
    try:
        yield from check_mirror(store)
        yield from _owners(store, credential)
        yield from _restore(store)
        yield from _retention(store, credential)
        yield from _forms(store, now)
        yield from check_jobs(store, now)
        yield from _erasures(store)
    except InteractionsError as exc:
        yield Check("store", "fail", str(exc))


def check_list(path: str) -> Iterator[Check]:
    """Say whether deletions can be noted in the list that the environment names.

    Args:
        path: The file; "" for none.
    """
    if not path:
        return
    file = Path(path)
    if file.is_dir():
        problem = "it is a folder"
    elif file.exists():
        problem = "" if os.access(file, os.W_OK) else "this user may not write it"
    elif not file.absolute().parent.is_dir():
        problem = "its folder is not there"
    elif not os.access(file.absolute().parent, os.W_OK):
        problem = "this user cannot make it in its folder"
    else:
        problem = ""
    if problem:
        text = f"deletions are to be noted in {path}, and {problem}: they fail"
        yield Check("erased", "fail", text, f"Mend that, or unset {ERASED}.")
    else:
        yield Check("erased", "ok", f"deletions are noted in {path}")


def _path_of(url: str) -> Path | None:
    if not url.startswith(_SQLITE):
        return None
    return Path(url.removeprefix(_SQLITE)).expanduser()


def _missing(url: str, path: Path) -> Check:
    folder = next(one for one in path.absolute().parents if one.exists())
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        fix = "Name another file, or let this user write there."
        text = f"{url} is not there, and this user cannot make it in {folder}"
        return Check("store", "fail", text, fix)
    return Check("store", "warn", f"{url} is not there; its first use makes it")


def _rights(path: Path) -> Iterator[Check]:
    """Look at who may read and write a file, and those beside it."""
    if os.name == "nt":
        return
    for one in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        try:
            mode = one.stat().st_mode
        except OSError:
            continue
        if stat.S_ISREG(mode) and mode & _OTHERS:
            text = f"{one} may be used by others on this machine ({mode & 0o777:04o})"
            yield Check("store", "warn", text, f"chmod 600 '{one}'")
    if not os.access(path, os.W_OK) or not os.access(path.absolute().parent, os.W_OK):
        text = f"this user may not write {path}, or not beside it; it can only be read"
        yield Check("store", "warn", text)


def _versions(store: SessionStore) -> str:
    database = cast("SqlStore", store).database
    with database.reading() as connection:
        rows = connection.execute(
            "SELECT part, version FROM schema_versions ORDER BY part"
        ).fetchall()
    return ", ".join(f"{part} {version}" for part, version in rows)


def _size(path: Path | None) -> str:
    if path is None:
        return ""
    log = Path(f"{path}-wal")
    size = f"; {shown_bytes(path.stat().st_size)}"
    if log.exists():
        size += f", log {shown_bytes(log.stat().st_size)}"
    return size


def shown_credential(credential: str) -> str:
    """Shorten the fingerprint of a key, the last part of what names its owner."""
    head, mark, last = credential.rpartition("|")
    if not is_fingerprint(credential):
        return credential
    return f"{head}{mark}{last[:_SHOWN_OF_FINGERPRINT]}…"


def shown_bytes(number: int) -> str:
    """Write a number of bytes as people read it."""
    size = float(number)
    for unit in ("B", "kB", "MB"):
        if size < 1000:  # noqa: PLR2004 - the step between two units
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def _owners(store: SessionStore, credential: str) -> Iterator[Check]:
    """Look for conversations that the key in use cannot go on with."""
    with cast("SqlStore", store).database.reading() as connection:
        rows = connection.execute(
            "SELECT credential, COUNT(*) FROM interactions GROUP BY credential"
        ).fetchall()
    numbers: dict[str, int] = dict(rows)
    if not credential or not numbers or credential in numbers:
        return
    whose = sorted({shown_credential(one) for one in numbers})[:_NAMED]
    yield Check(
        "sessions",
        "warn",
        f"{counted(sum(numbers.values()), 'recorded interaction')}, and none is this "
        f"key's at this address, but of {', '.join(whose)}: threads are sent whole once",
        "Use the key and the address of before, if they are meant; or, if this key has "
        "taken the place of theirs, interactions accounts link",
    )


def _restore(store: SessionStore) -> Iterator[Check]:
    at = store.restored_at()
    if at is not None:
        when = f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M} UTC"
        text = f"noted {when}; what was recorded before it teaches no retention"
        yield Check("restore", "ok", text)


def _retention(store: SessionStore, credential: str) -> Iterator[Check]:
    learned = store.retention(credential) if credential else None
    if learned is None:
        return
    usual = DEFAULT_RETENTION_S / DAY_S
    days = learned / DAY_S
    if days >= usual:
        return
    yield Check(
        "retention",
        "warn",
        f"learned of this key: {days:.0f} d, not {usual:.0f} d; its threads are sent "
        "whole once they are older",
        f"Set retention=timedelta(days={days:.0f}), or check the key's tier.",
    )


def _forms(store: SessionStore, now: float) -> Iterator[Check]:
    """Name what is sent otherwise than it was asked, because that was refused once."""
    for form in store.list_forms():
        left_s = form.answered_at + LIFE_S - now
        if left_s <= 0:
            continue
        yield Check(
            "forms",
            "warn",
            f"{form.target} at {form.platform} {form.api_version} is sent as "
            f"{form.change} for {left_s / DAY_S:.1f} d more: it was refused otherwise",
            "interactions doctor --clear-forms",
        )


def _erasures(store: SessionStore) -> Iterator[Check]:
    pending = len(list(store.list_erasures()))
    if pending:
        number = counted(pending, "interaction")
        text = f"{number} of deleted threads may still be on the server"
        yield Check("erasures", "warn", text, "interactions erase --pending")

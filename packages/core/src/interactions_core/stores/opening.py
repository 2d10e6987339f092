"""Open session stores by URL, one object per place and process.

A kind of store is imported by whoever opens one of it, in whichever thread: a child
that is forked meanwhile could never end that, so that forks wait.
"""

import re
import weakref
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from interactions_core.exceptions import ConfigurationError
from interactions_core.process.forking import Lock, hold_forks
from interactions_core.records.mirror import Mirror
from interactions_core.secret_options import shown_scheme
from interactions_core.stores.protocols.sessions import SessionStore
from interactions_core.stores.sql.database import Migration
from interactions_core.stores.sql.schema.foreign import check_file
from interactions_core.stores.workers import in_thread, is_loop_thread

if TYPE_CHECKING:
    from interactions_core.stores.memory.store import MemoryStore
    from interactions_core.stores.postgres import PostgresStore
    from interactions_core.stores.sqlite.store import SqliteStore

_MEMORY: Final = "memory:"
_SQLITE: Final = "sqlite:///"
_POSTGRES: Final = ("postgresql://", "postgres://")
_PLAIN_FILE: Final = re.compile(r"[\w./~-]+\.(?:db|sqlite3?)")
"""What can only be the name of a file, and holds no password."""
_PARAMETER: Final = re.compile(r"\?\w+=")
"""What would be taken for a part of a file's name."""
_Name = tuple[str, Mirror, bool | None]
"""What tells the stores of a process apart."""

_lock = Lock()
_memory: "dict[tuple[str, Mirror], MemoryStore]" = {}
_files: "weakref.WeakValueDictionary[_Name, SqliteStore]" = (
    weakref.WeakValueDictionary()
)
_servers: "weakref.WeakValueDictionary[_Name, PostgresStore]" = (
    weakref.WeakValueDictionary()
)


def open_store(
    sessions: "str | Path | SessionStore",
    *,
    mirror: Mirror = "full",
    read_only: bool = False,
    auto_migrate: bool | None = None,
) -> SessionStore:
    """Return the session store that a URL names.

    Args:
        sessions: `"memory:"` for the one of this process, `"memory:NAME"` for
            another, `"sqlite:///relative.db"` or `"sqlite:////absolute.db"` for a
            file, `"postgresql://user@host/database"` for a server, which is reached
            with the first use. A `Path` is a file. A store is returned as it is.
        mirror: How much of the content the store keeps.
        read_only: Only look: the file or the tables must be there, no right to write is
            needed, and whatever would change something is a `StoreError`. The caller
            closes such a store, which is nobody else's.
        auto_migrate: Whether the first use makes and upgrades tables. If not, a store
            that lacks something is a `StoreError` that names the command which does
            it. `None` for what the URL says, `?auto_migrate=false` of a database, or
            `INTERACTIONS_AUTO_MIGRATE`; without either, they are.

    Raises:
        ConfigurationError: The URL names no store that this version has, psycopg is
            missing, `read_only` goes with a store or with memory, or what is said of
            `auto_migrate` is neither yes nor no.
        StoreError: The file cannot be opened, is not a database, or is newer; or it is
            to be read only, and is missing or older.
    """
    if isinstance(sessions, Path):
        sessions = file_url(sessions)
    if read_only:
        return _to_read(sessions, mirror)
    if not isinstance(sessions, str):
        return sessions
    check_url(sessions)
    if sessions.startswith(_MEMORY):
        return _in_memory(sessions.removeprefix(_MEMORY), mirror)
    if sessions.startswith(_POSTGRES):
        return _server(sessions, mirror, auto_migrate)
    return _file(sessions.removeprefix(_SQLITE), mirror, auto_migrate)


async def aopen_store(
    sessions: "str | Path | SessionStore", *, mirror: Mirror = "full"
) -> SessionStore:
    """Do as `open_store`, for callers on an event loop: files are opened elsewhere."""
    if isinstance(sessions, Path):
        sessions = file_url(sessions)
    if not isinstance(sessions, str) or sessions.startswith(_MEMORY):
        return open_store(sessions, mirror=mirror)
    known = _servers if sessions.startswith(_POSTGRES) else _files
    name = sessions if known is _servers else _absolute(sessions)
    return known.get((name, mirror, None)) or await in_thread(
        partial(open_store, sessions, mirror=mirror)
    )


def check_is_free(sessions: str, parts: Iterable[Sequence[Migration]]) -> None:
    """Look at a file before a store is opened to which parts are added.

    On an event loop that is left to the first use, which looks at all parts at once.

    Args:
        sessions: The URL of a store.
        parts: The migrations of each part.

    Raises:
        StoreError: The file is no store yet, and another program has tables there whose
            names the parts have.
    """
    if sessions.startswith(_SQLITE) and not is_loop_thread():
        check_file(_absolute(sessions), parts)


def file_url(path: Path) -> str:
    """Return the URL of the store in a file."""
    return f"{_SQLITE}{path}"


def check_url(url: str) -> None:
    """Raise `ConfigurationError` for a URL that names no store of this version."""
    if url.startswith((_MEMORY, *_POSTGRES)):
        return
    if url.startswith(_SQLITE) and url != _SQLITE:
        if _PARAMETER.search(url):
            msg = (
                f"the URL of a file has no parameters, and {url!r} has; give them as "
                "arguments, or set INTERACTIONS_AUTO_MIGRATE"
            )
            raise ConfigurationError(msg)
        return
    hint = ""
    if "=" in url and "://" not in url:
        hint = "; libpq's 'host=… dbname=…' is written as such a URL"
    elif _PLAIN_FILE.fullmatch(url):
        hint = f"; did you mean {_SQLITE + url!r}?"
    # What follows may be a password, whatever the URL looks like.
    msg = (
        f"no session store for {shown_scheme(url)!r}; use 'memory:', 'memory:NAME', "
        "'sqlite:///relative.db', 'sqlite:////absolute/path.db' or "
        f"'postgresql://user@host/database'{hint}"
    )
    raise ConfigurationError(msg)


def _to_read(sessions: "str | SessionStore", mirror: Mirror) -> SessionStore:
    if not isinstance(sessions, str) or sessions.startswith(_MEMORY):
        msg = "read_only goes with the URL of a file or a database"
        raise ConfigurationError(msg)
    check_url(sessions)
    if sessions.startswith(_POSTGRES):
        return _postgres()(sessions, mirror=mirror, read_only=True)
    return _sqlite()(_absolute(sessions), mirror=mirror, read_only=True)


def _in_memory(name: str, mirror: Mirror) -> "MemoryStore":
    with _lock:
        from interactions_core.stores.memory.store import MemoryStore  # noqa: PLC0415

        if (name, mirror) not in _memory:
            _memory[name, mirror] = MemoryStore(name, mirror=mirror)
        return _memory[name, mirror]


def _file(path: str, mirror: Mirror, auto_migrate: bool | None) -> "SqliteStore":  # noqa: FBT001
    kind = _sqlite()
    if path == ":memory:":
        return kind(path, mirror=mirror)
    with _lock:
        name = (_absolute(path), mirror, auto_migrate)
        store = _files.get(name)
        if store is None:
            store = _files[name] = kind(
                name[0], mirror=mirror, auto_migrate=auto_migrate
            )
        return store


def _absolute(path: str) -> str:
    return str(Path(path.removeprefix(_SQLITE)).expanduser().absolute())


def _server(url: str, mirror: Mirror, auto_migrate: bool | None) -> "PostgresStore":  # noqa: FBT001
    kind = _postgres()
    with _lock:
        name = (url, mirror, auto_migrate)
        store = _servers.get(name)
        if store is None:
            store = _servers[name] = kind(url, mirror=mirror, auto_migrate=auto_migrate)
        return store


def _sqlite() -> "type[SqliteStore]":
    with hold_forks():
        from interactions_core.stores.sqlite.store import SqliteStore  # noqa: PLC0415
    return SqliteStore


def _postgres() -> "type[PostgresStore]":
    with hold_forks():
        from interactions_core.stores.postgres import PostgresStore  # noqa: PLC0415
    return PostgresStore

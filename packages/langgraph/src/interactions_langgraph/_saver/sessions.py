"""The session store whose database also holds the checkpoints."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

from interactions_core.adapter import Mirror, SessionStore, file_url, open_store
from interactions_core.adapter.secrets import shown_scheme
from interactions_core.adapter.storage import PostgresStore, SqlStore, check_is_free
from interactions_core.exceptions import ConfigurationError
from interactions_langgraph._storage.tables import PARTS

if TYPE_CHECKING:
    from psycopg_pool import ConnectionPool

_PREFIXES = ("sqlite:///", "postgresql://", "postgres://")


def open_sessions(
    sessions: "str | Path | SessionStore | ConnectionPool[Any]",
    *,
    mirror: Mirror = "full",
    auto_migrate: bool | None = None,
) -> SqlStore:
    """Return the store that is meant; a pool stays its owner's to close.

    `mirror` is how much of the content a store keeps that is opened here, and
    `auto_migrate` whether its tables are made and upgraded.

    Raises:
        ConfigurationError: Checkpoints cannot be kept in a store of this kind, or
            `auto_migrate` is set for one that is open already.
        StoreError: A file cannot be opened, or is another program's.
    """
    if isinstance(sessions, SqlStore):
        if auto_migrate is not None:
            msg = "auto_migrate goes with a URL or a pool; a store has its own"
            raise ConfigurationError(msg)
        return sessions
    if isinstance(sessions, Path):
        sessions = file_url(sessions)
    if isinstance(sessions, str) and sessions.startswith(_PREFIXES):
        # The store's own tables are made as it is opened.
        check_is_free(sessions, PARTS.values())
        return open_sessions(
            open_store(sessions, mirror=mirror, auto_migrate=auto_migrate)
        )
    if _is_pool(sessions):
        return PostgresStore(sessions, mirror=mirror, auto_migrate=auto_migrate)
    raise ConfigurationError(_explain(sessions))


def _is_pool(sessions: object) -> "TypeGuard[ConnectionPool[Any]]":
    # Without importing psycopg, which need not be there.
    homes = {kind.__module__.partition(".")[0] for kind in type(sessions).__mro__}
    return "psycopg_pool" in homes


def _explain(sessions: object) -> str:
    shown = type(sessions).__name__
    if isinstance(sessions, str):
        # What follows the scheme may hold a password.
        shown = shown_scheme(sessions)
        shown = shown if shown.endswith("…") else "a path without a scheme"
    return (
        "InteractionsSaver keeps checkpoints in a SQLite file or a PostgreSQL "
        f"database, not in {shown!r}; use 'sqlite:///relative.db', "
        "'sqlite:////absolute/path.db' or 'postgresql://user@host/database', "
        "and 'sqlite:///:memory:' in tests"
    )

"""The session store whose file also holds the checkpoints."""

from interactions_core.exceptions import ConfigurationError
from interactions_core.stores.opening import open_store
from interactions_core.stores.protocols import SessionStore
from interactions_core.stores.sqlite import SqliteStore

_PREFIX = "sqlite:///"


def open_sessions(sessions: str | SessionStore) -> SqliteStore:
    """Return the SQLite store that is meant.

    Raises:
        ConfigurationError: Checkpoints cannot be kept in a store of this kind.
    """
    if isinstance(sessions, SqliteStore):
        return sessions
    if isinstance(sessions, str) and sessions.startswith(_PREFIX):
        return open_sessions(open_store(sessions))
    raise ConfigurationError(_explain(sessions))


def _explain(sessions: object) -> str:
    shown = type(sessions).__name__
    if isinstance(sessions, str):
        # What follows the scheme may hold a password.
        scheme, colon, _ = sessions.partition(":")
        shown = f"{scheme}:…" if colon and scheme else "a path without a scheme"
    return (
        f"InteractionsSaver keeps checkpoints in a SQLite file, not in {shown!r}; "
        "use 'sqlite:///relative.db' or 'sqlite:////absolute/path.db', "
        "and 'sqlite:///:memory:' in tests"
    )

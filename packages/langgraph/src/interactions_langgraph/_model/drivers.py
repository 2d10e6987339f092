"""The two clients behind one model object."""

from interactions_core.adapter import (
    AsyncInteractionsClient,
    ClientPolicy,
    Connection,
    InteractionsClient,
    SessionStore,
)


class Drivers:
    """A sync and an async client with the same settings.

    Copies of a model share them. A pickle carries the settings and makes new clients.

    Attributes:
        sync: For `invoke`, `stream` and `batch`.
        awaited: For `ainvoke`, `astream` and `abatch`.
        store: The session store of the last call; a file stays open between calls as
            long as somebody holds it.
    """

    def __init__(self, connection: Connection, policy: ClientPolicy) -> None:
        self._made_from = (connection, policy)
        self.store: SessionStore | None = None
        self.sync = InteractionsClient(connection, policy)
        self.awaited = AsyncInteractionsClient(connection, policy)

    def release_store(self) -> None:
        """Let go of the session store until the next call."""
        self.store = None

    def __deepcopy__(self, memo: object) -> "Drivers":
        return self

    def __reduce__(self) -> tuple[type["Drivers"], tuple[Connection, ClientPolicy]]:
        return type(self), self._made_from

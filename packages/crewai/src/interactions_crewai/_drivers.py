"""Core's two clients behind an LLM or a tool, and behind all its copies."""

from dataclasses import dataclass

from interactions_core.adapter import (
    AsyncInteractionsClient,
    ClientPolicy,
    Connection,
    InteractionsClient,
    Lock,
    Mirror,
    SessionStore,
    in_thread,
    open_store,
)
from interactions_crewai._waits import Waits


@dataclass(frozen=True, slots=True)
class Drivers:
    """A sync and an async client with the same settings."""

    connection: Connection
    policy: ClientPolicy
    sync: InteractionsClient
    awaited: AsyncInteractionsClient


class Clients:
    """Makes clients and opens stores, once each; deep copies share, pickles begin anew.

    Attributes:
        waits: What its clients wait for.
    """

    def __init__(self) -> None:
        self.waits = Waits()
        self._lock = Lock()
        self._opening = Lock()
        self._made: list[Drivers] = []
        self._stores: dict[tuple[str, Mirror], SessionStore] = {}

    def store(self, url: str, mirror: Mirror) -> SessionStore:
        """Return the store at a URL; a file stays open from call to call."""
        # A lock of its own: an event loop asks for its clients meanwhile.
        with self._opening:
            if (url, mirror) not in self._stores:
                self._stores[url, mirror] = open_store(url, mirror=mirror)
            return self._stores[url, mirror]

    def has_store(self, url: str, mirror: Mirror) -> bool:
        """Tell whether the store at a URL is open already."""
        return (url, mirror) in self._stores

    def get(self, connection: Connection, policy: ClientPolicy) -> Drivers:
        """Return the clients with these settings."""
        with self._lock:
            for made in self._made:
                if (made.connection, made.policy) == (connection, policy):
                    return made
            self._made.append(self._new(connection, policy))
            return self._made[-1]

    def close(self) -> None:
        """Close the connections of sync calls, and let go of session files."""
        for made in self._taken():
            made.sync.close()
        with self._opening:
            self._stores.clear()

    async def aclose(self) -> None:
        """Do as `close` does, and close the connections of the running event loop."""
        # A file that nobody else holds is closed with this.
        await in_thread(self.close)
        for made in self._taken():
            await made.awaited.close()

    def _taken(self) -> list[Drivers]:
        with self._lock:
            return list(self._made)

    def _new(self, connection: Connection, policy: ClientPolicy) -> Drivers:
        waits = self.waits
        return Drivers(
            connection,
            policy,
            InteractionsClient(connection, policy, sleep=waits.sleep),
            AsyncInteractionsClient(connection, policy, sleep=waits.asleep),
        )

    def __deepcopy__(self, memo: object) -> "Clients":
        return self

    def __reduce__(self) -> tuple[type["Clients"], tuple[()]]:
        return Clients, ()

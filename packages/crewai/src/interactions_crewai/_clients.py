"""Core's two clients and the session stores of an LLM or a tool, and of its copies."""

from typing import Final

from interactions_core.adapter import (
    ClientPair,
    ClientPolicy,
    Connection,
    Lock,
    Mirror,
    SessionStore,
    in_thread,
    open_store,
)
from interactions_crewai._waits import Waits

_MOST: Final = 4
"""Of settings: copies with other options ask in turns, while a renewed key is final."""


class Clients:
    """Makes clients and opens stores, once each; deep copies share, pickles begin anew.

    Attributes:
        waits: What its clients wait for.
    """

    def __init__(self) -> None:
        self.waits = Waits()
        self._lock = Lock()
        self._opening = Lock()
        self._pairs: list[ClientPair] = []
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

    def get(self, connection: Connection, policy: ClientPolicy) -> ClientPair:
        """Return the clients with these settings, which are then the last to go."""
        with self._lock:
            found = [p for p in self._pairs if p.is_made_of(connection, policy)]
            pair = found[0] if found else self._new(connection, policy)
            others = [other for other in self._pairs if other is not pair]
            self._pairs = [pair, *others[: _MOST - 1]]
            return pair

    def close(self) -> None:
        """Close the connections of sync calls, and let go of session files."""
        for pair in self._pairs:
            pair.close()
        with self._opening:
            self._stores.clear()

    async def aclose(self) -> None:
        """Do as `close` does, and close the connections of the running event loop."""
        # A file that nobody else holds is closed with this.
        await in_thread(self.close)
        for pair in self._pairs:
            await pair.aclose()

    def _new(self, connection: Connection, policy: ClientPolicy) -> ClientPair:
        waits = self.waits
        return ClientPair(connection, policy, sleep=waits.sleep, asleep=waits.asleep)

    def __deepcopy__(self, memo: object) -> "Clients":
        return self

    def __reduce__(self) -> tuple[type["Clients"], tuple[()]]:
        return Clients, ()

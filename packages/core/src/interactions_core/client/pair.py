"""The two clients behind one object of a framework, whose calls may be of either kind."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Self

from interactions_core.client.aclient import AsyncInteractionsClient
from interactions_core.client.client import InteractionsClient
from interactions_core.client.connection import Connection
from interactions_core.stores.protocols.sessions import SessionStore
from interactions_core.stores.workers import in_thread
from interactions_core.turns.context import ClientPolicy


class ClientPair:
    """A sync and an async client with the same settings.

    Copies of their owner share them. A pickle carries the settings and makes new
    clients.

    Attributes:
        sync: For callers that wait.
        awaited: For callers on an event loop.
        store: The session store of the last call, where the owner has none of its own;
            a file stays open between calls as long as somebody holds it.
    """

    def __init__(
        self,
        connection: Connection,
        policy: ClientPolicy,
        *,
        sleep: Callable[[float], None] = time.sleep,
        asleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._settings = (connection, policy)
        self.store: SessionStore | None = None
        self.sync = InteractionsClient(connection, policy, sleep=sleep)
        self.awaited = AsyncInteractionsClient(connection, policy, sleep=asleep)

    def is_made_of(self, connection: Connection, policy: ClientPolicy) -> bool:
        """Tell whether these are its settings."""
        return self._settings == (connection, policy)

    def close(self) -> None:
        """Close the connections of sync calls; the next call opens them again."""
        self.store = None
        self.sync.close()

    async def aclose(self) -> None:
        """Close the connections of the running event loop."""
        if self.store is not None:
            # A file that nobody else holds is closed with this.
            await in_thread(self._release_store)
        await self.awaited.close()

    def _release_store(self) -> None:
        self.store = None

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce__(self) -> tuple[type[Self], tuple[Connection, ClientPolicy]]:
        return type(self), self._settings

"""One google-genai client for each event loop: connections belong to a loop."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, Final

from interactions_core.client.connection import Connection
from interactions_core.client.sdk import given_client, open_client
from interactions_core.exceptions import ForkedError
from interactions_core.process.forking import Lock, Origin, PerProcess, is_from_here
from interactions_core.stores.workers import Threaded, in_worker

if TYPE_CHECKING:
    from google.genai import Client

_Loop = asyncio.AbstractEventLoop

LOOP: Final = "the event loop was used"
NEW_LOOP: Final = (
    "Run what the child awaits in a loop of its own, e.g. asyncio.run(...)."
)


class LoopClients:
    """The google-genai clients of all event loops that asked.

    A client is closed by `close` or with its loop. One that was handed in is used in
    every loop and left open. Safe for any number of loops.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = Lock()
        self._opened = PerProcess[dict[_Loop, _LoopClient]](dict)

    async def open(self, worker: Threaded) -> "Client":
        """Return the google-genai client of the running loop, opened in a worker."""
        given = self._given()
        if given is not None:
            return given
        mine = self._mine()
        return mine.client or await in_worker(worker, mine.open)

    def open_here(self) -> "Client":
        """Return the google-genai client of the running loop.

        It is opened here and now where no turn has done that, which takes seconds.
        """
        given = self._given()
        return given if given is not None else self._mine().open()

    def _given(self) -> "Client | None":
        if not is_from_here(asyncio.get_running_loop()):
            # Its selector and its wake-up call are shared with the parent's.
            raise ForkedError(LOOP, NEW_LOOP)
        return given_client(self._connection)

    def _mine(self) -> "_LoopClient":
        loop = asyncio.get_running_loop()
        with self._lock:
            opened = self._opened.get()
            if loop not in opened:
                for closed in [other for other in opened if other.is_closed()]:
                    del opened[closed]
                mine = _LoopClient(self._connection)
                mine.life = self._life(mine, loop)
                opened[loop] = mine
            return opened[loop]

    def _life(self, client: "_LoopClient", loop: _Loop) -> AsyncGenerator[None]:
        """Tie a client to its loop, which closes what generators it has left."""
        opened, origin = self._opened.get(), Origin()

        async def life() -> AsyncGenerator[None]:
            try:
                yield
            finally:
                if origin.is_here:
                    with self._lock:
                        if opened.get(loop) is client:
                            del opened[loop]
                    await client.aclose()

        begun = life()
        # The first step registers it with the loop; nothing is awaited before it.
        with contextlib.suppress(StopIteration):
            begun.asend(None).send(None)
        return begun

    async def close(self) -> None:
        """Close the running loop's client, unless it was handed in."""
        with self._lock:
            opened = self._opened.get().pop(asyncio.get_running_loop(), None)
        if opened is not None:
            await opened.life.aclose()


class _LoopClient:
    """The google-genai client of one loop, opened by whoever needs it first."""

    life: AsyncGenerator[None]

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = Lock()
        self._closed = False
        self.client: Client | None = None

    def open(self) -> "Client":
        """Return the client; the first call imports the SDK, and is no work of a loop."""
        with self._lock:
            if self.client is None:
                client = open_client(self._connection)
                self.client = client
                if self._closed:
                    # Its loop ended meanwhile; it has no connection yet.
                    client.close()
            return self.client

    async def aclose(self) -> None:
        """Close what is open; a client that is being opened is closed by its opener."""
        self._closed = True
        if self.client is not None:
            await self.client.aio.aclose()
            self.client.close()

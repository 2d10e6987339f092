"""The async driver: carries out what a turn asks for, and awaits it.

Decides nothing; `client` is the same file without `await`.
"""

import asyncio
import contextlib
import logging
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from interactions_core import wire
from interactions_core.canonical import JsonObject
from interactions_core.connection import CANCEL_TIMEOUT_S, Connection
from interactions_core.effects import (
    Create,
    Effect,
    Fetch,
    Flow,
    GiveUp,
    Local,
    NextEvent,
    OpenStream,
    ResumeStream,
    Running,
    Show,
    Sleep,
)
from interactions_core.exceptions import InteractionsError
from interactions_core.job_turns import Suspended, interrupted_job, suspend_job
from interactions_core.running import Rules, TurnRun
from interactions_core.sse import EventReader
from interactions_core.stores.protocols import SessionStore
from interactions_core.stores.workers import in_worker
from interactions_core.streaming import StreamEvent
from interactions_core.turn import Reply, Turn
from interactions_core.turns import take_turn

if TYPE_CHECKING:
    from google.genai import Client

logger: Final = logging.getLogger("interactions_core")

T = TypeVar("T")

_Loop = asyncio.AbstractEventLoop


class AsyncInteractionsClient:
    """Takes turns for async callers.

    Serves any number of event loops and conversations at once: every running loop
    gets a google-genai client of its own, because connections belong to a loop, and
    nothing on this object belongs to one conversation. It is closed by `close` or
    with its loop. A client that was handed in is used in every loop and left open.
    """

    def __init__(
        self,
        connection: Connection,
        rules: Rules,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.connection = connection
        self._rules = rules
        self.sleep = sleep
        self._lock = threading.Lock()
        self._opened: dict[_Loop, tuple[Client, AsyncGenerator[None]]] = {}

    async def turn(self, turn: Turn, store: SessionStore) -> Reply:
        """Answer a message list."""
        flow = await self._begin(turn, store, stream=False)
        async with contextlib.aclosing(self._drive(flow, store)) as said:
            # A turn that shows nothing yields its reply only.
            return cast("Reply", await anext(said))

    async def stream(
        self, turn: Turn, store: SessionStore
    ) -> AsyncGenerator[StreamEvent | Reply]:
        """Answer a message list; yield events as they come and the reply at the end."""
        flow = await self._begin(turn, store, stream=True)
        async with contextlib.aclosing(self._drive(flow, store)) as said:
            async for item in said:
                yield item

    async def interrupted(self, turn: Turn, store: SessionStore) -> Suspended | None:
        """Say how often a call that suspends its graph has done so before."""
        flow = interrupted_job(await self._run(turn, store))
        async with contextlib.aclosing(self._drive(flow, store)) as said:
            return cast("Suspended | None", await anext(said))

    async def suspend(self, turn: Turn, store: SessionStore) -> Suspended:
        """Submit a run in the background, or look at it; do not wait for it."""
        flow = suspend_job(await self._run(turn, store))
        async with contextlib.aclosing(self._drive(flow, store)) as said:
            return cast("Suspended", await anext(said))

    async def get(
        self, interaction_id: str, *, include_input: bool = True
    ) -> JsonObject:
        """Read an interaction."""
        with wire.explained():
            raw = await self.sdk().aio.interactions.with_raw_response.get(
                interaction_id,
                include_input=include_input,
                timeout=self.connection.timeout_s,
            )
            return wire.parsed_interaction(await raw.text())

    async def cancel(self, interaction_id: str) -> None:
        """Cancel a run in the background."""
        with wire.explained():
            await self.sdk().aio.interactions.cancel(
                interaction_id, timeout=CANCEL_TIMEOUT_S
            )

    async def give_up(self, interaction_id: str) -> None:
        """Cancel a run that nobody waits for any more, as far as that is possible."""
        try:
            await self.cancel(interaction_id)
        except InteractionsError as error:
            logger.warning("run %s goes on: %s", interaction_id, error)

    async def delete(self, interaction_id: str) -> None:
        """Delete an interaction on the server."""
        with wire.explained():
            await self.sdk().aio.interactions.delete(
                interaction_id, timeout=self.connection.timeout_s
            )

    async def close(self) -> None:
        """Close the running loop's google-genai client, unless it was handed in."""
        with self._lock:
            opened = self._opened.pop(asyncio.get_running_loop(), None)
        if opened is not None:
            await opened[1].aclose()

    async def _begin(
        self, turn: Turn, store: SessionStore, *, stream: bool
    ) -> Flow[Reply]:
        return take_turn(await self._run(turn, store), stream=stream)

    async def _run(self, turn: Turn, store: SessionStore) -> TurnRun:
        client, connection = self.sdk(), self.connection
        records = await _locally(
            store, lambda: wire.records_of(client, connection, turn, store)
        )
        return TurnRun(turn, records, self._rules)

    async def _drive(
        self, flow: Flow[T], store: SessionStore
    ) -> AsyncGenerator[StreamEvent | T]:
        answer: object = None
        error: InteractionsError | None = None
        async with contextlib.aclosing(_Hands(self, store)) as hands:
            while True:
                try:
                    effect = flow.throw(error) if error else flow.send(answer)
                except StopIteration as done:
                    yield done.value
                    return
                answer = error = None
                if isinstance(effect, Show):
                    yield effect.event
                    continue
                if isinstance(effect, Running):
                    hands.running = effect
                    continue
                try:
                    answer = await hands.perform(effect)
                except InteractionsError as exc:
                    error = exc

    def sdk(self) -> "Client":
        """Return the google-genai client of the running loop."""
        given = cast("Client | None", self.connection.client)
        if given is not None:
            return given
        loop = asyncio.get_running_loop()
        with self._lock:
            if loop not in self._opened:
                client = wire.open_client(self.connection)
                self._opened[loop] = client, self._life(client, loop)
            return self._opened[loop][0]

    def _life(self, client: "Client", loop: _Loop) -> AsyncGenerator[None]:
        """Tie a client to its loop, which closes what generators it has left."""
        for closed in [other for other in self._opened if other.is_closed()]:
            del self._opened[closed]

        async def life() -> AsyncGenerator[None]:
            try:
                yield
            finally:
                with self._lock:
                    self._opened.pop(loop, None)
                await client.aio.aclose()
                client.close()

        begun = life()
        # The first step registers it with the loop; nothing is awaited before it.
        with contextlib.suppress(StopIteration):
            begun.asend(None).send(None)
        return begun


class _Hands:
    """Performs the effects of one turn; holds its open stream."""

    def __init__(self, client: AsyncInteractionsClient, store: SessionStore) -> None:
        self._client = client
        self._store = store
        self._stream = contextlib.AsyncExitStack()
        self.running = Running("")
        self._events: AsyncIterator[JsonObject] = _nothing()

    async def perform(self, effect: Effect) -> object:
        answer: object = None
        match effect:
            case Local(call, waits):
                answer = await _locally(self._store, call, waits=waits)
            case Create(body):
                answer = await self._create(body)
            case OpenStream(body, silence_s):
                await self._open(body, silence_s)
            case ResumeStream(interaction_id, last_event_id, silence_s):
                await self._resume(interaction_id, last_event_id, silence_s)
            case GiveUp(interaction_id):
                await self._client.give_up(interaction_id)
            case NextEvent():
                answer = await anext(self._events, None)
            case Fetch(interaction_id):
                await self._close_stream()
                answer = await self._client.get(interaction_id, include_input=False)
            case Sleep(seconds):
                await self._client.sleep(seconds)
            case _:
                raise NotImplementedError(effect)
        return answer

    async def aclose(self) -> None:
        await self._close_stream()
        if self.running.interaction_id:
            await self._client.give_up(self.running.interaction_id)
        if self.running.cancelled is not None:
            await _locally(self._store, self.running.cancelled)

    async def _close_stream(self) -> None:
        self._events = _nothing()
        await self._stream.aclose()

    async def _create(self, body: JsonObject) -> JsonObject:
        with wire.explained():
            raw = await self._resource().with_raw_response.create(
                **self._arguments(body, stream=False)
            )
            return wire.parsed_interaction(await raw.text())

    async def _open(self, body: JsonObject, silence_s: float | None) -> None:
        await self._close_stream()
        with wire.explained():
            response = await self._stream.enter_async_context(
                self._resource().with_streaming_response.create(
                    **self._arguments(body, stream=True, most_s=silence_s)
                )
            )
        self._events = _events(response.iter_bytes())

    async def _resume(
        self, interaction_id: str, last_event_id: str, silence_s: float
    ) -> None:
        await self._close_stream()
        timeout_s = self._client.connection.timeout_s
        with wire.explained():
            response = await self._stream.enter_async_context(
                self._resource().with_streaming_response.get(
                    interaction_id,
                    stream=True,
                    last_event_id=last_event_id or None,
                    timeout=min(timeout_s, silence_s),
                )
            )
        self._events = _events(response.iter_bytes())

    # The SDK's resource is built at run time and has no usable static type.
    def _resource(self) -> Any:  # noqa: ANN401
        return self._client.sdk().aio.interactions

    def _arguments(
        self, body: JsonObject, *, stream: bool, most_s: float | None = None
    ) -> dict[str, Any]:
        timeout_s = self._client.connection.timeout_s
        return wire.create_arguments(
            body, min(timeout_s, most_s or timeout_s), stream=stream
        )


async def _locally(
    store: SessionStore, call: Callable[[], object], *, waits: bool = False
) -> Any:  # noqa: ANN401
    """Run a store call in a worker thread if it may block the loop."""
    if waits:
        # This is not the store's work, and might wait for it.
        return await asyncio.to_thread(call)
    return await in_worker(store, call) if store.blocking else call()


async def _nothing() -> AsyncIterator[JsonObject]:
    return
    yield


async def _events(chunks: AsyncIterator[bytes]) -> AsyncIterator[JsonObject]:
    reader = EventReader()
    with wire.explained():
        async for chunk in chunks:
            for event in reader.read(chunk):
                yield event
            if reader.finished:
                return
    for event in wire.last_words(reader):
        yield event

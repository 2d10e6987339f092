"""The async driver: carries out what a turn asks for, and awaits it.

Decides nothing; `client` is the same file without `await`.
"""

import asyncio
import contextlib
import logging
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
)
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast, overload

from interactions_core.background.job_turn import (
    Suspended,
    interrupted_job,
    suspend_job,
)
from interactions_core.canonical import JsonObject
from interactions_core.client import wire
from interactions_core.client.connection import CANCEL_TIMEOUT_S, Connection
from interactions_core.client.request_hooks import sending
from interactions_core.client.take_turn import take_turn
from interactions_core.exceptions import ForkedError, InteractionsError
from interactions_core.process.forking import (
    ASK_AGAIN,
    CALL,
    Lock,
    Origin,
    PerProcess,
    is_from_here,
    leave_to_parent,
)
from interactions_core.protocol.sse import EventReader
from interactions_core.records.turn import Reply, Turn
from interactions_core.stores.protocols.sessions import SessionStore
from interactions_core.stores.workers import Threaded, in_thread, in_worker
from interactions_core.transcript.streaming import StreamEvent
from interactions_core.turns.context import ClientPolicy, TurnContext
from interactions_core.turns.effects import (
    Create,
    Effect,
    Fetch,
    Flow,
    GiveUp,
    HandOn,
    NextEvent,
    OpenStream,
    ResumeStream,
    SetCleanup,
    Show,
    Sleep,
    StoreCall,
)

if TYPE_CHECKING:
    from google.genai import Client

logger: Final = logging.getLogger("interactions_core")

T = TypeVar("T")

_LONGEST_EVENT: Final = 65_536
"""Characters, or bytes, of JSON that are read on the loop; what is longer is not."""

_Loop = asyncio.AbstractEventLoop

LOOP: Final = "the event loop was used"
NEW_LOOP: Final = (
    "Run what the child awaits in a loop of its own, e.g. asyncio.run(...)."
)


async def itself(reply: Reply) -> Reply:
    """Hand a reply on as it is."""
    return reply


class AsyncInteractionsClient:
    """Takes turns for async callers.

    Serves any number of event loops and conversations at once: every running loop
    gets a google-genai client of its own, because connections belong to a loop, and
    nothing on this object belongs to one conversation. It is closed by `close` or
    with its loop. A client that was handed in is used in every loop and left open.

    The loop waits for the network and hands events on. Imports, the store, hashes and
    JSON are left to the store's threads. Two things are google-genai's own: what it
    makes anew for each request, whatever its length, and the JSON of requests of a
    client that was handed in.
    """

    threads = 1
    """For what is done without a store."""

    def __init__(
        self,
        connection: Connection,
        policy: ClientPolicy,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.connection = connection
        self._policy = policy
        self.sleep = sleep
        self._lock = Lock()
        self._opened = PerProcess[dict[_Loop, _LoopClient]](dict)

    @overload
    async def turn(self, turn: Turn, store: SessionStore) -> Reply: ...
    @overload
    async def turn(
        self, turn: Turn, store: SessionStore, hand_on: Callable[[Reply], Awaitable[T]]
    ) -> T: ...
    async def turn(
        self,
        turn: Turn,
        store: SessionStore,
        hand_on: Callable[[Reply], Awaitable[object]] = itself,
    ) -> object:
        """Answer a message list.

        Args:
            turn: What is asked.
            store: Where to look and to record.
            hand_on: Turns the reply into what the framework is given. Until it has
                returned, the answer is owed: where it raises, the next call that
                asks exactly the same is given the same reply, once.
        """
        flow = take_turn(await self._run(turn, store))
        async with contextlib.aclosing(self._drive(flow, store, hand_on)) as said:
            # A turn that shows nothing yields its reply only.
            return await anext(said)

    @overload
    def stream(
        self, turn: Turn, store: SessionStore
    ) -> AsyncGenerator[StreamEvent | Reply]: ...
    @overload
    def stream(
        self, turn: Turn, store: SessionStore, hand_on: Callable[[Reply], Awaitable[T]]
    ) -> AsyncGenerator[StreamEvent | T]: ...
    async def stream(
        self,
        turn: Turn,
        store: SessionStore,
        hand_on: Callable[[Reply], Awaitable[object]] = itself,
    ) -> AsyncGenerator[Any]:
        """Answer a message list; yield events as they come and the reply at the end."""
        flow = take_turn(await self._run(turn, store), stream=True)
        async with contextlib.aclosing(self._drive(flow, store, hand_on)) as said:
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
        self,
        interaction_id: str,
        *,
        include_input: bool = True,
        store: SessionStore | None = None,
    ) -> JsonObject:
        """Read an interaction; `store` lends its threads for that."""
        worker = store or self
        resource = (await self.opened(worker)).aio.interactions.with_raw_response
        with wire.translate_errors():
            raw = await resource.get(
                interaction_id,
                include_input=include_input,
                timeout=self.connection.timeout_s,
            )
            return await _parsed(worker, await raw.read())

    async def cancel(self, interaction_id: str) -> None:
        """Cancel a run in the background."""
        sdk = await self.opened(self)
        with wire.translate_errors():
            await sdk.aio.interactions.cancel(interaction_id, timeout=CANCEL_TIMEOUT_S)

    async def give_up(self, interaction_id: str) -> InteractionsError | None:
        """Cancel a run that nobody waits for any more, as far as that is possible.

        Returns:
            Why it goes on, if it does.
        """
        try:
            await self.cancel(interaction_id)
        except InteractionsError as error:
            logger.warning("run %s goes on: %s", interaction_id, error)
            return error
        return None

    async def delete(self, interaction_id: str) -> None:
        """Delete an interaction on the server."""
        sdk = await self.opened(self)
        with wire.translate_errors():
            await sdk.aio.interactions.delete(
                interaction_id, timeout=self.connection.timeout_s
            )

    async def close(self) -> None:
        """Close the running loop's google-genai client, unless it was handed in."""
        with self._lock:
            opened = self._opened.get().pop(asyncio.get_running_loop(), None)
        if opened is not None:
            await opened.life.aclose()

    async def _run(self, turn: Turn, store: SessionStore) -> TurnContext:
        client, connection = await self.opened(store), self.connection
        records = await in_worker(
            store, lambda: wire.records_of(client, connection, turn, store)
        )
        return TurnContext(turn, records, self._policy)

    async def _drive(
        self,
        flow: Flow[T],
        store: SessionStore,
        hand_on: Callable[[Reply], Awaitable[object]] = itself,
    ) -> AsyncGenerator[StreamEvent | T]:
        async with contextlib.aclosing(_EffectRunner(self, store)) as hands:
            course = _Course(flow, hands, hands.origin)
            # The first decisions are about the whole list.
            effect = await in_worker(store, course.work)
            while not isinstance(effect, _Over):
                answer = error = None
                match effect:
                    case StoreCall(call, waits) if not waits:
                        effect = await in_worker(store, partial(course.work, call))
                        continue
                    case Show(event):
                        yield event
                    case HandOn(reply):
                        try:
                            answer = await hand_on(reply)
                        # What refuses a reply may be the framework, or a person.
                        except BaseException as exc:  # noqa: BLE001 - the turn raises it
                            error = exc
                    case _:
                        try:
                            answer = await hands.perform(effect)
                        except InteractionsError as exc:
                            error = exc
                effect = course.go_on(answer, error)
            yield cast("T", effect.reply)

    async def opened(self, worker: Threaded) -> "Client":
        """Return the google-genai client of the running loop, opened in a worker."""
        given = self._given()
        if given is not None:
            return given
        mine = self._mine()
        return mine.client or await in_worker(worker, mine.open)

    def sdk(self) -> "Client":
        """Return the google-genai client of the running loop.

        It is opened here and now where no turn has done that, which takes seconds.
        """
        given = self._given()
        return given if given is not None else self._mine().open()

    def _given(self) -> "Client | None":
        if not is_from_here(asyncio.get_running_loop()):
            # Its selector and its wake-up call are shared with the parent's.
            raise ForkedError(LOOP, NEW_LOOP)
        return wire.given_client(self.connection)

    def _mine(self) -> "_LoopClient":
        loop = asyncio.get_running_loop()
        with self._lock:
            opened = self._opened.get()
            if loop not in opened:
                for closed in [other for other in opened if other.is_closed()]:
                    del opened[closed]
                mine = _LoopClient(self.connection)
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
                client = wire.open_client(self._connection)
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


@dataclass(frozen=True, slots=True)
class _Over:
    """The end of a turn, and what it returns."""

    reply: object


@dataclass(frozen=True, slots=True)
class _Course:
    """A turn under way: is told what came of an effect, and asks for the next one."""

    flow: Flow[Any]
    hands: "_EffectRunner"
    origin: Origin

    def go_on(
        self, answer: object = None, error: BaseException | None = None
    ) -> Effect | _Over:
        """Return the next effect that is to be performed, or the end."""
        while True:
            self._check(error)
            try:
                effect = self.flow.throw(error) if error else self.flow.send(answer)
            except StopIteration as done:
                self._check()
                return _Over(done.value)
            self._check()
            if not isinstance(effect, SetCleanup):
                return effect
            self.hands.running = effect
            answer = error = None

    def _check(self, error: BaseException | None = None) -> None:
        if error is not None and not self.origin.is_here:
            # With it a child leaves that was forked while the reply was handed on.
            raise error
        self.origin.check(CALL, ASK_AGAIN)

    def work(self, call: Callable[[], object] = lambda: None) -> Effect | _Over:
        """Do what takes its time, here, and return the next effect of another kind."""
        effect = self.go_on(*_tried(call))
        while isinstance(effect, StoreCall) and not effect.waits:
            effect = self.go_on(*_tried(effect.call))
        return effect


def _tried(call: Callable[[], object]) -> tuple[object, InteractionsError | None]:
    try:
        return call(), None
    except InteractionsError as exc:
        return None, exc


class _EffectRunner:
    """Performs the effects of one turn; holds its open stream."""

    def __init__(self, client: AsyncInteractionsClient, store: SessionStore) -> None:
        self._client = client
        self._store = store
        self.origin = Origin()
        self._stream = contextlib.AsyncExitStack()
        self.running = SetCleanup("")
        self._events: AsyncIterator[JsonObject] = _nothing()

    async def perform(self, effect: Effect) -> object:
        answer: object = None
        match effect:
            case StoreCall(call):
                # All others are done in `_Course.work`.
                answer = await in_thread(call)
            case Create(body):
                answer = await self._create(body)
            case OpenStream(body, silence_s):
                await self._open(body, silence_s)
            case ResumeStream(interaction_id, last_event_id, silence_s):
                await self._resume(interaction_id, last_event_id, silence_s)
            case GiveUp(interaction_id):
                answer = await self._client.give_up(interaction_id)
            case NextEvent():
                answer = await anext(self._events, None)
            case Fetch(interaction_id):
                await self._close_stream()
                answer = await self._client.get(
                    interaction_id, include_input=False, store=self._store
                )
            case Sleep(seconds):
                await self._client.sleep(seconds)
            case _:
                raise NotImplementedError(effect)
        return answer

    async def aclose(self) -> None:
        if not self.origin.is_here:
            # The stream is the parent's, and the run is what it waits for.
            leave_to_parent(self)
            return
        await self._close_stream()
        if self.running.interaction_id:
            await self._client.give_up(self.running.interaction_id)
        if self.running.cancelled is not None:
            await in_worker(self._store, self.running.cancelled)

    async def _close_stream(self) -> None:
        self._events = _nothing()
        await self._stream.aclose()

    async def _create(self, body: JsonObject) -> JsonObject:
        create = self._resource().with_raw_response.create
        async with self._request(body, stream=False) as arguments:
            raw = await create(**arguments)
            return await _parsed(self._store, await raw.read())

    async def _open(self, body: JsonObject, silence_s: float | None) -> None:
        await self._close_stream()
        create = self._resource().with_streaming_response.create
        async with self._request(body, stream=True, most_s=silence_s) as arguments:
            response = await self._stream.enter_async_context(create(**arguments))
        self._events = _events(self._store, response.iter_bytes())

    async def _resume(
        self, interaction_id: str, last_event_id: str, silence_s: float
    ) -> None:
        await self._close_stream()
        timeout_s = self._client.connection.timeout_s
        with wire.translate_errors():
            response = await self._stream.enter_async_context(
                self._resource().with_streaming_response.get(
                    interaction_id,
                    stream=True,
                    last_event_id=last_event_id or None,
                    timeout=min(timeout_s, silence_s),
                )
            )
        self._events = _events(self._store, response.iter_bytes())

    # The SDK's resource is built at run time and has no usable static type.
    def _resource(self) -> Any:  # noqa: ANN401
        return self._client.sdk().aio.interactions

    @contextlib.asynccontextmanager
    async def _request(
        self, body: JsonObject, *, stream: bool, most_s: float | None = None
    ) -> AsyncGenerator[dict[str, Any]]:
        """Write a create in a worker; yield the arguments that have it sent."""
        sdk, timeout_s = self._client.sdk(), self._client.connection.timeout_s
        limit_s = min(timeout_s, most_s or timeout_s)
        arguments = wire.create_arguments(body, limit_s, stream=stream)
        with wire.translate_errors():
            if not wire.puts_bodies(sdk):
                yield arguments
                return

            def write() -> bytes:
                wire.refresh_token(sdk)
                return wire.body_bytes(body, stream=stream)

            with sending(await in_worker(self._store, write)):
                yield wire.withheld(arguments)


async def _parsed(worker: Threaded, body: bytes) -> JsonObject:
    """Read an answer's body; a long one in a worker."""
    if len(body) <= _LONGEST_EVENT:
        # At once: whoever is cancelled from here on leaves a run with a name.
        return wire.parsed_interaction(body)
    return await in_worker(worker, lambda: wire.parsed_interaction(body))


async def _nothing() -> AsyncIterator[JsonObject]:
    return
    yield


async def _events(
    worker: Threaded, chunks: AsyncIterator[bytes]
) -> AsyncIterator[JsonObject]:
    reader = EventReader()
    with wire.translate_errors():
        async for chunk in chunks:
            if reader.pending + len(chunk) <= _LONGEST_EVENT:
                events = reader.read(chunk)
            else:
                events = await in_worker(worker, partial(_read_all, reader, chunk))
            for event in events:
                yield event
            if reader.finished:
                return
            wire.check_legible(reader)
    for event in wire.flush_stream(reader):
        yield event


def _read_all(reader: EventReader, chunk: bytes) -> list[JsonObject]:
    return list(reader.read(chunk))

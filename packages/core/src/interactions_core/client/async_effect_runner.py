"""What a turn asks for, carried out and awaited; `effect_runner` is the same without `await`."""

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from interactions_core.canonical import JsonObject
from interactions_core.client import wire
from interactions_core.client.arrivals import Arrival, arrival_of
from interactions_core.client.built_requests import as_request
from interactions_core.client.instrumentation import check_instrumentation
from interactions_core.client.request_hooks import sending
from interactions_core.client.sdk import puts_bodies, refresh_token
from interactions_core.client.sdk_errors import translate_errors
from interactions_core.exceptions import InteractionsError
from interactions_core.process.forking import ASK_AGAIN, CALL, Origin, leave_to_parent
from interactions_core.protocol.sse import EventReader
from interactions_core.stores.protocols.sessions import SessionStore
from interactions_core.stores.workers import Threaded, in_thread, in_worker
from interactions_core.turns.effects import (
    Create,
    Effect,
    Fetch,
    Flow,
    GiveUp,
    NextEvent,
    OpenStream,
    ResumeStream,
    SetCleanup,
    Sleep,
    StoreCall,
    Within,
)

if TYPE_CHECKING:
    from interactions_core.client.aclient import AsyncInteractionsClient

_LONGEST_EVENT: Final = 65_536
"""Characters, or bytes, of JSON that are read on the loop; what is longer is not."""


@dataclass(frozen=True, slots=True)
class Over:
    """The end of a turn, and what it returns."""

    reply: object


@dataclass(frozen=True, slots=True)
class AsyncCourse:
    """A turn under way: is told what came of an effect, and asks for the next one."""

    flow: Flow[Any]
    hands: "AsyncEffectRunner"
    origin: Origin

    def go_on(
        self, answer: object = None, error: BaseException | None = None
    ) -> Effect | Over:
        """Return the next effect that is to be performed, or the end."""
        while True:
            self._check(error)
            try:
                effect = self.flow.throw(error) if error else self.flow.send(answer)
            except StopIteration as done:
                self._check()
                return Over(done.value)
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

    def work(self, call: Callable[[], object] = lambda: None) -> Effect | Over:
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


class AsyncEffectRunner:
    """Performs the effects of one turn; holds its open stream."""

    def __init__(self, client: "AsyncInteractionsClient", store: SessionStore) -> None:
        self._client = client
        self._store = store
        self.origin = Origin()
        self._stream = contextlib.AsyncExitStack()
        self.running = SetCleanup("")
        self._events: AsyncIterator[JsonObject] = _nothing()

    async def perform(self, effect: Effect) -> object:
        """Carry out an effect that is not the driver's own; return what came of it."""
        answer: object = None
        match effect:
            case StoreCall(call):
                # All others are done in `AsyncCourse.work`.
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
            case Within(effect, entered):
                with entered():
                    answer = await self.perform(effect)
            case _:
                raise NotImplementedError(effect)
        return answer

    async def aclose(self) -> None:
        """Leave the stream, and clean up as the turn asked for."""
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
        # Whatever the turn has looked at: it may be switched on at any time.
        check_instrumentation()
        create = self._resource().with_raw_response.create
        async with self._request(body, stream=False) as arguments:
            raw = await create(**arguments)
            answer, stored = await raw.read(), wire.is_stored(body)
            return await read_answer(
                self._store, answer, arrival_of(raw), stored=stored
            )

    async def _open(self, body: JsonObject, silence_s: float | None) -> None:
        check_instrumentation()
        await self._close_stream()
        create = self._resource().with_streaming_response.create
        async with self._request(body, stream=True, most_s=silence_s) as arguments:
            response = await self._stream.enter_async_context(create(**arguments))
        self._events = _events(self._store, response, stored=wire.is_stored(body))

    async def _resume(
        self, interaction_id: str, last_event_id: str, silence_s: float
    ) -> None:
        await self._close_stream()
        timeout_s = self._client.connection.timeout_s
        with translate_errors():
            response = await self._stream.enter_async_context(
                self._resource().with_streaming_response.get(
                    interaction_id,
                    stream=True,
                    last_event_id=last_event_id or None,
                    timeout=min(timeout_s, silence_s),
                )
            )
        self._events = _events(self._store, response)

    # The SDK's resource is built at run time and has no usable static type.
    def _resource(self) -> Any:  # noqa: ANN401
        return self._client.sdk().aio.interactions

    @contextlib.asynccontextmanager
    async def _request(
        self, body: JsonObject, *, stream: bool, most_s: float | None = None
    ) -> AsyncGenerator[Mapping[str, Any]]:
        """Write a create in a worker; yield the arguments that have it sent."""
        sdk, timeout_s = self._client.sdk(), self._client.connection.timeout_s
        limit_s = min(timeout_s, most_s or timeout_s)
        arguments = wire.create_arguments(body, limit_s, stream=stream)
        # Whoever hands a client in may look at what it is called with.
        is_given = self._client.connection.client is not None
        with translate_errors():
            if not puts_bodies(sdk):
                yield arguments if is_given else as_request(arguments)
                return

            def write() -> bytes:
                refresh_token(sdk)
                return wire.body_bytes(body, stream=stream)

            with sending(await in_worker(self._store, write)):
                yield as_request(wire.withheld(arguments))


async def read_answer(
    worker: Threaded, body: bytes, arrival: Arrival, *, stored: bool = True
) -> JsonObject:
    """Read an answer's body; a long one in a worker."""

    def read() -> JsonObject:
        return wire.parsed_interaction(body, arrival, stored=stored)

    if len(body) <= _LONGEST_EVENT:
        # Nothing is awaited here: a turn that is cancelled in between would not learn
        # the id of the run that it has begun.
        return read()
    return await in_worker(worker, read)


async def _nothing() -> AsyncIterator[JsonObject]:
    return
    yield


# A response of the SDK, which has no usable static type.
async def _events(
    worker: Threaded,
    response: Any,  # noqa: ANN401
    *,
    stored: bool = True,
) -> AsyncIterator[JsonObject]:
    reader, arrival = EventReader(), arrival_of(response)
    with translate_errors():
        async for chunk in response.iter_bytes():
            if reader.pending + len(chunk) <= _LONGEST_EVENT:
                events = reader.read(chunk)
            else:
                events = await in_worker(worker, partial(_read_all, reader, chunk))
            for event in events:
                yield event
            if reader.finished:
                return
            wire.check_legible(reader)

    def flush() -> list[JsonObject]:
        return [*wire.flush_stream(reader, arrival, stored=stored)]

    is_long = reader.pending + sum(map(len, reader.stray)) > _LONGEST_EVENT
    for event in await in_worker(worker, flush) if is_long else flush():
        yield event


def _read_all(reader: EventReader, chunk: bytes) -> list[JsonObject]:
    return list(reader.read(chunk))

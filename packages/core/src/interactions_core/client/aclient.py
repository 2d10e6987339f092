"""The async driver: carries out what a turn asks for, and awaits it.

Decides nothing; `client` is the same file without `await`.
"""

import asyncio
import contextlib
import logging
from collections.abc import (
    AsyncGenerator,
    Awaitable,
    Callable,
)
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast, overload

from interactions_core.background.job_turn import (
    Suspended,
    interrupted_job,
)
from interactions_core.canonical import JsonObject
from interactions_core.client.arrivals import arrival_of
from interactions_core.client.async_effect_runner import (
    AsyncCourse,
    AsyncEffectRunner,
    Over,
    read_answer,
)
from interactions_core.client.connection import CANCEL_TIMEOUT_S, Connection
from interactions_core.client.instrumentation import check_instrumentation
from interactions_core.client.loop_clients import LoopClients
from interactions_core.client.sdk_errors import translate_errors
from interactions_core.client.take_turn import suspend_turn, take_turn
from interactions_core.client.turn_stores import records_of
from interactions_core.exceptions import InteractionsError
from interactions_core.logs import log_fields, shown_error
from interactions_core.records.turn import Reply, Turn
from interactions_core.stores.protocols.sessions import SessionStore
from interactions_core.stores.workers import Threaded, in_worker
from interactions_core.transcript.streaming import StreamEvent
from interactions_core.turns.context import ClientPolicy, TurnContext
from interactions_core.turns.effects import (
    Flow,
    HandOn,
    Show,
    StoreCall,
)

if TYPE_CHECKING:
    from google.genai import Client

logger: Final = logging.getLogger("interactions_core")

T = TypeVar("T")


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
        self._clients = LoopClients(connection)

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
        flow = suspend_turn(await self._run(turn, store))
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
        with translate_errors():
            raw = await resource.get(
                interaction_id,
                include_input=include_input,
                timeout=self.connection.timeout_s,
            )
            return await read_answer(worker, await raw.read(), arrival_of(raw))

    async def cancel(self, interaction_id: str) -> None:
        """Cancel a run in the background."""
        sdk = await self.opened(self)
        with translate_errors():
            await sdk.aio.interactions.cancel(interaction_id, timeout=CANCEL_TIMEOUT_S)

    async def give_up(self, interaction_id: str) -> InteractionsError | None:
        """Cancel a run that nobody waits for any more, as far as that is possible.

        Returns:
            Why it goes on, if it does.
        """
        try:
            await self.cancel(interaction_id)
        except InteractionsError as error:
            logger.warning(
                "run %s goes on: %s",
                interaction_id,
                shown_error(error),
                extra=log_fields("run_not_cancelled", error=error, id=interaction_id),
            )
            return error
        return None

    async def delete(self, interaction_id: str) -> None:
        """Delete an interaction on the server."""
        sdk = await self.opened(self)
        with translate_errors():
            await sdk.aio.interactions.delete(
                interaction_id, timeout=self.connection.timeout_s
            )

    async def close(self) -> None:
        """Close the running loop's google-genai client, unless it was handed in."""
        await self._clients.close()

    async def _run(self, turn: Turn, store: SessionStore) -> TurnContext:
        client, connection = await self.opened(store), self.connection
        records = await in_worker(
            store, lambda: records_of(client, connection, turn, store)
        )
        return TurnContext(turn, records, self._policy, check_instrumentation)

    async def _drive(
        self,
        flow: Flow[T],
        store: SessionStore,
        hand_on: Callable[[Reply], Awaitable[object]] = itself,
    ) -> AsyncGenerator[StreamEvent | T]:
        async with contextlib.aclosing(AsyncEffectRunner(self, store)) as hands:
            course = AsyncCourse(flow, hands, hands.origin)
            # The first decisions are about the whole list.
            effect = await in_worker(store, course.work)
            while not isinstance(effect, Over):
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
        return await self._clients.open(worker)

    def sdk(self) -> "Client":
        """Return the google-genai client of the running loop.

        It is opened here and now where no turn has done that, which takes seconds.
        """
        return self._clients.open_here()

"""Creates whose answer comes from an upstream: whole, streamed or in the background."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable
from dataclasses import dataclass, replace

from interactions_emulator.answering.conversation import Conversation
from interactions_emulator.base.clock import MovableClock
from interactions_emulator.base.effects import Effects
from interactions_emulator.base.errors import UNAVAILABLE, ApiError
from interactions_emulator.base.payloads import JsonObject, Step
from interactions_emulator.base.worker_threads import run_in_thread
from interactions_emulator.engine.engine import Engine
from interactions_emulator.reply.replies import FunctionCall, Reply
from interactions_emulator.request.caller import Caller
from interactions_emulator.request.validation import CreateRequest
from interactions_emulator.store.follower import STREAM_LIMIT_S, StreamCutError
from interactions_emulator.store.interactions import Interaction
from interactions_emulator.store.settlement import settled
from interactions_emulator.store.sse import LiveSteps, completed, created, status_update
from interactions_emulator.upstream.upstream import Piece, Upstream

_SOME_CALL = FunctionCall("", {})
_LATE_EFFECTS = frozenset({"close", "worked"})
"""Faults that keep the whole answer from the client: there is nothing to stream."""


@dataclass(frozen=True, slots=True)
class CreateOutcome:
    """What came of a create."""

    record: Interaction
    """Unfinished if there are live events; it is stored when they have ended."""
    reply: Reply
    events: AsyncIterator[JsonObject] | None = None


class LiveAnswer:
    """The events of a streamed create so far; used on the event loop only."""

    def __init__(self, clock: MovableClock) -> None:
        self._clock = clock
        self._ends = clock.now() + STREAM_LIMIT_S
        self._events: list[JsonObject] = []
        self._is_over = False
        self._error: ApiError | None = None

    def add_events(self, events: Iterable[JsonObject]) -> None:
        """Add events for whoever still listens."""
        self._events.extend(events)
        self._clock.wake()

    def end(self, error: ApiError | None) -> None:
        """Say that no more will come, and why if it is no good end."""
        self._is_over, self._error = True, error
        if error is not None and self._events:
            self._events.append(error.error_object() | {"event_type": "error"})
        self._clock.wake()

    async def begin(self) -> None:
        """Wait for the first event.

        Raises:
            ApiError: It failed before.
        """
        while not self._events and not self._is_over:
            await self._clock.wait_until(float("inf"))
        if self._error is not None and not self._events:
            raise self._error

    async def events(self) -> AsyncIterator[JsonObject]:
        """Yield all events as they come.

        Raises:
            StreamCutError: The server stops, or would cut the stream.
        """
        position = 0
        while position < len(self._events) or not self._is_over:
            if position < len(self._events):
                yield self._events[position]
                position += 1
            elif self._clock.is_stopped or self._clock.now() >= self._ends:
                raise StreamCutError
            else:
                await self._clock.wait_until(self._ends)


class UpstreamWork:
    """Puts an upstream behind an engine; used on the server's event loop.

    Scripted replies and agents never reach the upstream. Background work that
    was under way when the process ended stays unfinished.
    """

    def __init__(self, engine: Engine, upstream: Upstream) -> None:
        self._engine = engine
        self._upstream = upstream
        self._tasks: set[asyncio.Task[None]] = set()

    async def create(
        self, request: CreateRequest, caller: Caller, effects: Effects
    ) -> CreateOutcome:
        """Do what `Engine.create` does, with the upstream's words.

        Raises:
            ApiError: The request is refused, or the upstream fails.
        """
        engine = self._engine
        if request.agent is not None or request.continuation_token is not None:
            return CreateOutcome(*engine.create(request, caller, effects))
        conversation = engine.read_conversation(request, caller, effects)
        scripted = engine.script.take_reply(conversation)
        if scripted is not None:
            return CreateOutcome(*engine.create(request, caller, effects, scripted))
        if request.background:
            return self._begin_background(conversation, caller, effects)
        if request.stream and not _LATE_EFFECTS & effects.keys():
            return await self._stream(conversation, caller, effects)
        reply = await self._ask(conversation)
        return CreateOutcome(*engine.create(request, caller, effects, reply))

    def clear(self) -> None:
        """Forget the work under way."""
        for task in self._tasks:
            task.cancel()

    def _begin_background(
        self, conversation: Conversation, caller: Caller, effects: Effects
    ) -> CreateOutcome:
        stalled: Effects = {**effects, "stall": True}
        request, unknown = conversation.request, Reply(text="")
        record, reply = self._engine.create(request, caller, stalled, unknown)
        if not effects.get("stall"):
            self._spawn(self._finish(record, conversation))
        return CreateOutcome(record, reply)

    async def _stream(
        self, conversation: Conversation, caller: Caller, effects: Effects
    ) -> CreateOutcome:
        """Begin to answer with the upstream's first word."""
        begun = self._engine.begin(conversation.request, caller, effects)
        live = LiveAnswer(self._engine.clock)
        # The work must outlive a client that leaves.
        self._spawn(
            self._stream_steps(live, begun, conversation, keep=not effects.get("lost"))
        )
        await live.begin()
        return CreateOutcome(begun, Reply(), live.events())

    async def _stream_steps(
        self,
        live: LiveAnswer,
        begun: Interaction,
        conversation: Conversation,
        *,
        keep: bool,
    ) -> None:
        steps = LiveSteps(begun.model, lambda said: self._think(conversation, said))
        opening = [created(begun), status_update(begun)]
        # What stands if the work is given up.
        failure: ApiError | None = ApiError(503, UNAVAILABLE)
        try:
            reply = await self._relay(live, opening, steps, conversation)
            record = self._settled(begun, conversation, reply, steps.thought)
            self._engine.count_tokens(record)
            if keep:
                self._engine.store.put(record)
            live.add_events([*opening, *steps.end(record.steps), completed(record)])
            failure = None
        except ApiError as error:
            failure = error
        finally:
            live.end(failure)

    async def _relay(
        self,
        live: LiveAnswer,
        opening: list[JsonObject],
        steps: LiveSteps,
        conversation: Conversation,
    ) -> Reply:
        """Add the events of each piece; the opening is used up by the first."""
        loop = asyncio.get_running_loop()

        def relay(piece: Piece) -> None:
            live.add_events([*opening, *steps.add(piece.text, piece.reasoning)])
            opening.clear()

        def work() -> Reply:
            return self._upstream.stream(
                conversation, lambda piece: loop.call_soon_threadsafe(relay, piece)
            )

        return await run_in_thread(work)

    def _settled(
        self,
        begun: Interaction,
        conversation: Conversation,
        reply: Reply,
        streamed: Step | None,
    ) -> Interaction:
        composed = self._engine.compose(reply, conversation)
        if streamed is not None:
            steps = _signed(composed.steps, streamed["signature"])
            composed = replace(composed, steps=steps)
        return settled(begun, composed, reply, self._engine.clock.now())

    def _think(self, conversation: Conversation, reasoning: str) -> Step:
        """Return the thought before a text that may be followed by calls.

        Calls need a real signature, and it goes out before they are known.
        """
        calls = (_SOME_CALL,) if conversation.functions else ()
        thinking, thought = bool(reasoning), reasoning or None
        reply = Reply(
            text="", calls=calls, thinking=thinking, thought=thought, is_limited=False
        )
        step = self._engine.compose(reply, conversation).steps[0]
        return step if reasoning else {k: v for k, v in step.items() if k != "summary"}

    def _spawn(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _finish(self, record: Interaction, conversation: Conversation) -> None:
        try:
            reply = await self._ask(conversation)
        except ApiError as error:
            errors = [error.error_object()["error"]]
            reply = Reply(status="failed", errors=errors, steps=())
        self._engine.settle(record, conversation, reply)

    async def _ask(self, conversation: Conversation) -> Reply:
        return await run_in_thread(lambda: self._upstream.complete(conversation))


def _signed(steps: list[Step], signature: str) -> list[Step]:
    """Put the signature that was sent already in the place of the steps' own."""
    sent = {"signature": signature}
    return [one | sent if "signature" in one else one for one in steps]

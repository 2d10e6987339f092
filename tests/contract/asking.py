"""Ask core the way adapters do: waiting or awaiting, whole or as a stream."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, TypeVar

from interactions_core.client.aclient import AsyncInteractionsClient
from interactions_core.client.client import InteractionsClient
from interactions_core.client.connection import Connection
from interactions_core.protocol.retention import DAY_S
from interactions_core.records.turn import Reply, Turn
from interactions_core.stores import SessionStore
from interactions_core.transcript.digest import Transcript
from interactions_core.transcript.parts import text_part
from interactions_core.transcript.replies import reply_text, visible_reply
from interactions_core.transcript.steps import Step, user_input
from interactions_core.transcript.streaming import StreamEvent, TextDelta
from interactions_core.turns.context import ClientPolicy

T = TypeVar("T")

MODEL = "gemini-3-flash-preview"
WAYS = ("unary", "async", "stream", "async stream")
STREAMS = ("stream", "async stream")


def said(text: str) -> Step:
    return user_input([text_part(text)])


def make_turn(steps: Sequence[Step | str], **options: object) -> Turn:
    whole = [said(step) if isinstance(step, str) else step for step in steps]
    return Turn(transcript=Transcript.of(whole), target=("model", MODEL), **options)


def text_of(reply: Reply) -> str:
    return reply_text(reply.steps)


class Asker:
    """One client, asked in one of `WAYS`; notes what was shown on the way."""

    def __init__(
        self,
        way: str,
        connection: Connection,
        store: SessionStore,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        *,
        max_retries: int = 2,
        resubmits: bool = False,
    ) -> None:
        self.way = way
        self.store = store
        self.shown: list[StreamEvent] = []
        policy = ClientPolicy(
            max_retries=max_retries,
            retention_s=55 * DAY_S,
            clock=clock,
            jitter=lambda: 1.0,
            resubmits=resubmits,
        )

        async def asleep(seconds: float) -> None:
            sleep(seconds)

        self.client = InteractionsClient(connection, policy, sleep=sleep)
        self.aclient = AsyncInteractionsClient(connection, policy, sleep=asleep)
        self._runner = asyncio.Runner()

    def close(self) -> None:
        self.client.close()
        # Ends the loop, and with it the async client's connections.
        self._runner.close()

    def ask(self, *steps: Step | str, **options: object) -> Reply:
        """Ask with a whole message list."""
        return self.take(make_turn(steps, **options))

    def take(self, turn: Turn) -> Reply:
        self.shown = []
        if self.way == "unary":
            return self.client.turn(turn, self.store)
        if self.way == "stream":
            for item in self.client.stream(turn, self.store):
                reply = self._noted(item)
        elif self.way == "async":
            return self._runner.run(self.aclient.turn(turn, self.store))
        else:
            reply = self._runner.run(self._streamed(turn))
        assert isinstance(reply, Reply)
        return reply

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Wait for something on the loop of the async client."""
        return self._runner.run(work)

    def delete(self, reply: Reply) -> None:
        self.client.delete(reply.interaction_id)

    @property
    def shown_text(self) -> str:
        return "".join(e.text for e in self.shown if isinstance(e, TextDelta))

    async def _streamed(self, turn: Turn) -> StreamEvent | Reply | None:
        item = None
        async for item in self.aclient.stream(turn, self.store):
            self._noted(item)
        return item

    def _noted(self, item: StreamEvent | Reply) -> StreamEvent | Reply:
        if not isinstance(item, Reply):
            self.shown.append(item)
        return item


def give(asker: Asker, turn: Turn, hand_on: Callable[[Reply], Any]) -> Any:
    """Take a turn whose reply is handed on by a function."""
    if asker.way == "unary":
        return asker.client.turn(turn, asker.store, hand_on)
    if asker.way == "stream":
        return [*asker.client.stream(turn, asker.store, hand_on)][-1]

    async def handed(reply: Reply) -> Any:
        return hand_on(reply)

    return asker.run(_awaited(asker, turn, handed))


async def _awaited(
    asker: Asker, turn: Turn, hand_on: Callable[[Reply], Awaitable[Any]]
) -> Any:
    if asker.way == "async":
        return await asker.aclient.turn(turn, asker.store, hand_on)
    said = [item async for item in asker.aclient.stream(turn, asker.store, hand_on)]
    return said[-1]


class Chat:
    """A message list that grows by what is asked and answered."""

    def __init__(self, asker: Asker, **options: object) -> None:
        self.asker = asker
        self.steps: list[Step] = []
        self.options = options

    def say(self, text: str) -> Reply:
        self.steps.append(said(text))
        reply = self.asker.ask(*self.steps, **self.options)
        self.steps.extend(visible_reply(reply.steps))
        return reply

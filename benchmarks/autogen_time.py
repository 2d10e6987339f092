"""How much time `InteractionsChatCompletionClient` takes, outside the SDK's create.

A chat against the emulator on loopback: a chained call with so many messages before
it, `create` and `create_stream` (up to the first piece). The time inside the SDK, which
covers network and server, is taken off. Medians of `--calls` calls after a warm-up.
"""

import argparse
import asyncio
import contextlib
import statistics
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from contextlib import aclosing
from itertools import count
from time import perf_counter
from typing import Any

from autogen_core.models import AssistantMessage, LLMMessage, UserMessage
from common.server import emulator
from google import genai

from interactions_autogen import InteractionsChatCompletionClient

MODEL = "gemini-3.8-flash"
SIZES = (10, 400)
GROWN = 5
"""Turns at the end of each chat that were asked one by one, as in a real one."""

TARGETS_MS = {10: 1.0, 400: 4.0}


class Timed:
    """A google-genai client that adds up the time spent inside its creates."""

    def __init__(self, client: genai.Client) -> None:
        self._client = client
        self.seconds = 0.0
        self.aio = self
        self.interactions = self
        self.with_raw_response = _Create(self._unary)
        self.with_streaming_response = _Create(self._streamed)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  whatever the client has
        return getattr(self._client, name)

    async def measured(self, work: Awaitable[Any]) -> Any:  # noqa: ANN401  passed on
        """Await something, and count its time."""
        began = perf_counter()
        try:
            return await work
        finally:
            self.seconds += perf_counter() - began

    async def _unary(self, **arguments: Any) -> Any:  # noqa: ANN401  passed on
        began = perf_counter()
        create = self._client.aio.interactions.with_raw_response.create
        try:
            return await create(**arguments)
        finally:
            self.seconds += perf_counter() - began

    @contextlib.asynccontextmanager
    async def _streamed(self, **arguments: Any) -> AsyncGenerator[Any]:  # noqa: ANN401  passed on
        began = perf_counter()
        create = self._client.aio.interactions.with_streaming_response.create
        opened = create(**arguments)
        response = await opened.__aenter__()
        self.seconds += perf_counter() - began
        try:
            yield _Response(self, response)
        finally:
            await opened.__aexit__(None, None, None)


class _Create:
    def __init__(self, create: Any) -> None:  # noqa: ANN401  the SDK's
        self.create = create


class _Response:
    def __init__(self, timed: Timed, response: Any) -> None:  # noqa: ANN401  the SDK's
        self._timed = timed
        self._response = response

    async def iter_bytes(self) -> AsyncIterator[bytes]:
        """Yield the chunks; waiting for them is the SDK's time."""
        chunks = aiter(self._response.iter_bytes())
        while chunk := await self._timed.measured(anext(chunks, b"")):
            yield chunk


def history(size: int) -> list[LLMMessage]:
    """Make a chat of so many messages, unlike any other; it ends with the model's."""
    chat = next(_chats)
    words = [f"{chat}-{i}. " + "word " * 40 for i in range(size)]
    return [said(text) if i % 2 else asked(text) for i, text in enumerate(words)]


_chats = count()


def asked(text: str) -> UserMessage:
    """Make a question."""
    return UserMessage(content=text, source="user")


def said(text: str) -> AssistantMessage:
    """Make a reply."""
    return AssistantMessage(content=text, source="assistant")


async def own_time(
    client: InteractionsChatCompletionClient,
    timed: Timed,
    size: int,
    calls: int,
    *,
    stream: bool,
) -> float:
    """Return the milliseconds of a chained call outside the SDK; the median."""
    told, chat = history(size - 2 * GROWN), next(_chats)
    for turn in range(GROWN):
        told.append(asked(f"Are you there? {chat}-{turn}"))
        told.append(said(str((await client.create(told)).content)))
    taken: list[float] = []
    for number in range(calls + 3):
        messages = [*told, asked(f"And then? {number}")]
        once = streamed if stream else unary
        taken.append(await once(client, timed, messages))
    return statistics.median(taken[3:]) * 1000


async def unary(
    client: InteractionsChatCompletionClient, timed: Timed, messages: list[LLMMessage]
) -> float:
    """Return the seconds of a call outside the SDK."""
    timed.seconds, began = 0.0, perf_counter()
    await client.create(messages)
    return perf_counter() - began - timed.seconds


async def streamed(
    client: InteractionsChatCompletionClient, timed: Timed, messages: list[LLMMessage]
) -> float:
    """Return the seconds up to a stream's first piece, outside the SDK."""
    timed.seconds, began = 0.0, perf_counter()
    async with aclosing(client.create_stream(messages)) as pieces:
        await anext(pieces)
        taken = perf_counter() - began - timed.seconds
        async for _ in pieces:
            pass
    return taken


async def measure(url: str, folder: str, calls: int) -> None:
    """Measure and print."""
    options: Any = {"base_url": url}
    google = genai.Client(api_key="any", http_options=options)
    print(f"{'sessions':10}{'messages':>9}{'call':>10}{'first piece':>13}  target")
    for sessions in ("memory:time", f"sqlite:///{folder}/time.db"):
        for size in SIZES:
            timed = Timed(google)
            handed: Any = timed
            client = InteractionsChatCompletionClient(
                model=MODEL, sessions=sessions, client=handed
            )
            call, first = [
                await own_time(client, timed, size, calls, stream=way)
                for way in (False, True)
            ]
            print(
                f"{sessions.partition(':')[0]:10}{size:>9}{call:>7.2f} ms"
                f"{first:>10.2f} ms  {TARGETS_MS[size]:.0f} ms"
            )


def main() -> None:
    """Run an emulator, and measure against it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=50)
    calls: int = parser.parse_args().calls
    with emulator() as url, tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(url, folder, calls))


if __name__ == "__main__":
    main()

"""How much time `ChatInteractions` itself takes, outside the SDK's `interactions.create`.

A chat against the emulator on loopback: a chained call with so many messages before
it, unary and streamed (up to the first chunk), and a call that sends all of them
again, beside a bare create of one step. The time inside the SDK, which covers network
and server, is taken off, and so is what LangChain itself takes around a model that
does nothing but the create; that share is printed too. Medians of `--calls` pairs
after a warm-up.
"""

import argparse
import contextlib
import statistics
import tempfile
from collections.abc import Callable, Generator, Iterator
from itertools import count
from time import perf_counter
from typing import Any

from common.server import emulator
from google import genai
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    HumanMessage,
)
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

from interactions_langgraph import ChatInteractions

MODEL = "gemini-3.8-flash"
SIZES = (10, 400)
GROWN = 5
"""Turns at the end of each chat that were asked one by one, as in a real one."""

TARGETS_MS = {10: 1.0, 400: 4.0}
TARGET_RATIO = 2.0


class Timed:
    """A google-genai client that adds up the time spent inside its creates."""

    def __init__(self, client: genai.Client) -> None:
        self._client = client
        self.seconds = 0.0
        self.interactions = self
        self.with_raw_response = _Create(self._unary)
        self.with_streaming_response = _Create(self._streamed)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  whatever the client has
        return getattr(self._client, name)

    def measured(self, work: Callable[[], Any]) -> Any:  # noqa: ANN401  passed on
        """Do something, and count its time."""
        began = perf_counter()
        try:
            return work()
        finally:
            self.seconds += perf_counter() - began

    def _unary(self, **arguments: Any) -> Any:  # noqa: ANN401  passed on
        create = self._client.interactions.with_raw_response.create
        return self.measured(lambda: create(**arguments))

    @contextlib.contextmanager
    def _streamed(self, **arguments: Any) -> Generator[Any]:  # noqa: ANN401  passed on
        create = self._client.interactions.with_streaming_response.create
        opened = self.measured(lambda: create(**arguments))
        response = self.measured(opened.__enter__)
        try:
            yield _Response(self, response)
        finally:
            opened.__exit__(None, None, None)


class _Create:
    def __init__(self, create: Callable[..., Any]) -> None:
        self.create = create


class _Response:
    def __init__(self, timed: Timed, response: Any) -> None:  # noqa: ANN401  the SDK's
        self._timed = timed
        self._response = response

    def iter_bytes(self) -> Iterator[bytes]:
        """Yield the chunks; waiting for them is the SDK's time."""
        chunks = iter(self._response.iter_bytes())
        while chunk := self._timed.measured(lambda: next(chunks, b"")):
            yield chunk


def history(size: int) -> list[BaseMessage]:
    """Make a chat of so many messages, unlike any other; it ends with the model's."""
    kinds, chat = (HumanMessage, AIMessage), next(_chats)
    return [kinds[i % 2](f"{chat}-{i}. " + "word " * 40) for i in range(size)]


_chats = count()


class Bare(BaseChatModel):
    """A model that does nothing but the create: what is left is LangChain's share."""

    timed: Any

    @property
    def _llm_type(self) -> str:
        return "bare"

    def _generate(self, *_: Any, **__: Any) -> ChatResult:  # noqa: ANN401  LangChain's
        self.timed.with_raw_response.create(model=MODEL, input="Hi.")
        return ChatResult(generations=[ChatGeneration(message=AIMessage("Hi."))])

    def _stream(self, *_: Any, **__: Any) -> Iterator[ChatGenerationChunk]:  # noqa: ANN401  LangChain's
        create = self.timed.with_streaming_response.create
        asked: dict[str, Any] = {"model": MODEL, "input": "Hi.", "stream": True}
        with create(**asked) as response:
            for _chunk in response.iter_bytes():
                yield ChatGenerationChunk(message=AIMessageChunk("Hi."))


def own_time(
    model: ChatInteractions, timed: Timed, size: int, calls: int, *, stream: bool
) -> tuple[float, float]:
    """Return milliseconds of a chained call, ours and LangChain's; the medians."""
    told, chat = history(size - 2 * GROWN), next(_chats)
    for turn in range(GROWN):
        told.append(HumanMessage(f"Are you there? {chat}-{turn}"))
        told.append(model.invoke(told))
    bare = Bare(timed=timed)
    own: list[float] = []
    frame: list[float] = []
    for number in range(calls + 3):
        messages = [*told, HumanMessage(f"And then? {number}")]
        frame.append(once(bare, timed, messages, stream=stream) * 1000)
        own.append(once(model, timed, messages, stream=stream) * 1000 - frame[-1])
    return statistics.median(own[3:]), statistics.median(frame[3:])


def once(
    model: BaseChatModel, timed: Timed, messages: list[BaseMessage], *, stream: bool
) -> float:
    """Return the seconds of a call outside the SDK, or of a stream's first chunk."""
    timed.seconds = 0.0
    began = perf_counter()
    if not stream:
        model.invoke(messages)
        return perf_counter() - began - timed.seconds
    pieces = model.stream(messages)
    next(pieces)
    taken = perf_counter() - began - timed.seconds
    for _ in pieces:
        pass
    return taken


def replay_ratio(model: ChatInteractions, client: genai.Client, calls: int) -> float:
    """Return the cost of sending 400 messages again, in bare creates of one step."""
    bare: list[float] = []
    replays: list[float] = []
    for number in range(calls):
        began = perf_counter()
        client.interactions.create(model=MODEL, input=f"Hi. {number}")
        bare.append(perf_counter() - began)
        messages = [HumanMessage(f"Another chat. {number}"), *history(400)[1:]]
        messages.append(HumanMessage("And then?"))
        began = perf_counter()
        model.invoke(messages)
        replays.append(perf_counter() - began)
    return statistics.median(replays) / statistics.median(bare)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=50)
    calls: int = parser.parse_args().calls
    with emulator() as url, tempfile.TemporaryDirectory() as folder:
        options: Any = {"base_url": url}
        client = genai.Client(api_key="any", http_options=options)
        print(f"{'sessions':10}{'messages':>9}{'call':>10}{'first chunk':>13}", end="")
        print(f"{'of LangChain':>18}  target")
        for sessions in ("memory:time", f"sqlite:///{folder}/time.db"):
            for size in SIZES:
                timed = Timed(client)
                model = ChatInteractions(model=MODEL, sessions=sessions, client=timed)
                (call, around), (first, before) = (
                    own_time(model, timed, size, calls, stream=way)
                    for way in (False, True)
                )
                print(
                    f"{sessions.partition(':')[0]:10}{size:>9}{call:>7.2f} ms"
                    f"{first:>10.2f} ms{around:>10.2f} {before:4.2f} ms"
                    f"  {TARGETS_MS[size]:.0f} ms"
                )
        model = ChatInteractions(model=MODEL, sessions="memory:ratio", client=client)
        ratio = replay_ratio(model, client, calls)
        print(f"400 messages again: {ratio:.2f} bare creates (target {TARGET_RATIO:g})")
        client.close()


if __name__ == "__main__":
    main()

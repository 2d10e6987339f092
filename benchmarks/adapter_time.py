"""How much time `ChatInteractions` itself takes, outside the SDK's `interactions.create`.

A chat against the emulator on loopback: a chained call with so many messages before
it, unary and streamed (up to the first chunk), and a call that sends all of them
again, beside a bare create of one step. The time inside the SDK, which covers network
and server, is taken off. Medians of `--calls` calls after a warm-up.
"""

import argparse
import contextlib
import statistics
import tempfile
from collections.abc import Callable, Generator, Iterator
from itertools import count
from time import perf_counter
from typing import Any

from google import genai
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions

MODEL = "gemini-3.5-flash"
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


def own_time(
    model: ChatInteractions, timed: Timed, size: int, calls: int, *, stream: bool
) -> float:
    """Return the adapter's own milliseconds of a chained call; the median."""
    told, chat = history(size - 2 * GROWN), next(_chats)
    for turn in range(GROWN):
        told.append(HumanMessage(f"Are you there? {chat}-{turn}"))
        told.append(model.invoke(told))
    taken = [
        once(model, timed, [*told, HumanMessage(f"And then? {number}")], stream=stream)
        for number in range(calls + 3)
    ]
    return statistics.median(taken[3:]) * 1000


def once(
    model: ChatInteractions, timed: Timed, messages: list[BaseMessage], *, stream: bool
) -> float:
    """Return the adapter's own seconds of one call, or of a stream's first chunk."""
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
    with Emulator() as server, tempfile.TemporaryDirectory() as folder:
        options: Any = {"base_url": server.url}
        client = genai.Client(api_key="any", http_options=options)
        print(f"{'sessions':10}{'messages':>10}{'call':>10}{'first chunk':>13}  target")
        for sessions in ("memory:time", f"sqlite:///{folder}/time.db"):
            for size in SIZES:
                timed = Timed(client)
                model = ChatInteractions(model=MODEL, sessions=sessions, client=timed)
                call, first = (
                    own_time(model, timed, size, calls, stream=way)
                    for way in (False, True)
                )
                print(
                    f"{sessions.partition(':')[0]:10}{size:>10}{call:>7.2f} ms"
                    f"{first:>10.2f} ms  {TARGETS_MS[size]:.0f} ms"
                )
        model = ChatInteractions(model=MODEL, sessions="memory:ratio", client=client)
        ratio = replay_ratio(model, client, calls)
        print(f"400 messages again: {ratio:.2f} bare creates (target {TARGET_RATIO:g})")
        client.close()


if __name__ == "__main__":
    main()

"""How much time `InteractionsLLM` itself takes, outside the SDK's create.

A chat against the emulator on loopback: a chained call with so many messages before
it, unary and streamed. The time inside the SDK is taken off, and so is what CrewAI
itself takes around an LLM that does nothing but the create: its events and hooks, and
its copies of the messages; that share is printed too. Medians of `--calls` pairs
after a warm-up.
"""

import argparse
import os
import statistics
import tempfile
from itertools import count
from time import perf_counter
from typing import Any

os.environ["CREWAI_DISABLE_TELEMETRY"] = os.environ["OTEL_SDK_DISABLED"] = "true"
os.environ["CREWAI_TRACING_ENABLED"] = "false"

from adapter_time import GROWN, MODEL, SIZES, TARGETS_MS, Timed, emulator
from crewai.events import crewai_event_bus
from crewai.events.types.llm_events import LLMCallType
from crewai.llms.base_llm import BaseLLM, llm_call_context
from google import genai

from interactions_crewai import InteractionsLLM

Messages = list[dict[str, Any]]

_chats = count()


class Bare(BaseLLM):
    """What every LLM of CrewAI does around its request, with a bare create."""

    timed: Any

    def call(self, messages: Any, *_: Any, **__: Any) -> str:  # noqa: ANN401  CrewAI's
        """Announce, create, announce."""
        with llm_call_context():
            self._emit_call_started_event(messages=messages)
            told = self._format_messages(messages)
            self._invoke_before_llm_call_hooks(told, None)
            if self.stream:
                create = self.timed.with_streaming_response.create
                asked: dict[str, Any] = {"model": MODEL, "input": "Hi.", "stream": True}
                with create(**asked) as response:
                    for _chunk in response.iter_bytes():
                        self._emit_stream_chunk_event("Hi.")
            else:
                self.timed.with_raw_response.create(model=MODEL, input="Hi.")
            self._emit_call_completed_event(
                response="Hi.", call_type=LLMCallType.LLM_CALL, messages=told
            )
            return self._invoke_after_llm_call_hooks(told, "Hi.", None)


def user(text: str) -> dict[str, Any]:
    """Write a message."""
    return {"role": "user", "content": text}


def history(size: int) -> Messages:
    """Make a chat of so many messages, unlike any other; it ends with the model's."""
    roles, chat = ("user", "assistant"), next(_chats)
    return [
        {"role": roles[i % 2], "content": f"{chat}-{i}. " + "word " * 40}
        for i in range(size)
    ]


def own_time(
    llm: InteractionsLLM, bare: Bare, timed: Timed, size: int, calls: int
) -> tuple[float, float]:
    """Return milliseconds of a chained call, ours and CrewAI's; the medians."""
    told, chat = history(size - 2 * GROWN), next(_chats)
    for turn in range(GROWN):
        told.append(user(f"Are you there? {chat}-{turn}"))
        told.append({"role": "assistant", "content": llm.call(told)})
    own: list[float] = []
    frame: list[float] = []
    for number in range(calls + 3):
        messages = [*told, user(f"And then? {number}")]
        frame.append(once(bare, timed, messages) * 1000)
        own.append(once(llm, timed, messages) * 1000 - frame[-1])
    return statistics.median(own[3:]), statistics.median(frame[3:])


def once(llm: BaseLLM, timed: Timed, messages: Messages) -> float:
    """Return the seconds of a call outside the SDK."""
    timed.seconds = 0.0
    began = perf_counter()
    llm.call(messages)
    taken = perf_counter() - began - timed.seconds
    # Its handlers, in threads of their own, are no part of the call.
    crewai_event_bus.flush()
    return taken


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=50)
    calls: int = parser.parse_args().calls
    with (
        emulator() as url,
        tempfile.TemporaryDirectory() as folder,
        # Without the panels that CrewAI prints.
        crewai_event_bus.scoped_handlers(),
    ):
        options: Any = {"base_url": url}
        client = genai.Client(api_key="any", http_options=options)
        print(f"{'sessions':10}{'messages':>9}{'call':>10}{'streamed':>13}", end="")
        print(f"{'of CrewAI':>18}  target")
        for sessions in ("memory:time", f"sqlite:///{folder}/time.db"):
            for size in SIZES:
                found: list[tuple[float, float]] = []
                for stream in (False, True):
                    timed = Timed(client)
                    bare = Bare(model="bare", timed=timed, stream=stream)
                    llm = InteractionsLLM(
                        model=MODEL, sessions=sessions, client=timed, stream=stream
                    )
                    found.append(own_time(llm, bare, timed, size, calls))
                (call, around), (streamed, before) = found
                print(
                    f"{sessions.partition(':')[0]:10}{size:>9}{call:>7.2f} ms"
                    f"{streamed:>10.2f} ms{around:>10.2f} {before:4.2f} ms"
                    f"  {TARGETS_MS[size]:.0f} ms"
                )
        client.close()


if __name__ == "__main__":
    main()

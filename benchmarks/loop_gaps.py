"""How long an event loop stands still while an adapter is awaited.

A task ticks every millisecond beside awaited calls against the emulator on loopback;
what is printed is the longest time between two ticks: during the first call of a
process, the longest of `--calls` later ones, and of as many with a long chat and a
picture in it, all of which is sent. In brackets is the longest time that the loop's
own thread has worked between two ticks; the rest it has waited, for a processor or for
Python: for its garbage collector, above all, which runs while google-genai is imported.
Each line is a process of its own; adapters that are not installed are left out.
Sessions are in a SQLite file.
"""

import argparse
import asyncio
import base64
import os
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from importlib.util import find_spec
from io import BytesIO
from time import perf_counter, thread_time
from typing import Any

from common.server import emulator

MODEL = "gemini-3.5-flash"
TARGET_MS = 50
LONG = 400
"""Messages of the long chat."""

PIXELS = 1_000
"""Width and height of the picture; it is noise, about 3 MB."""

Ask = Callable[[bool], Awaitable[object]]
"""Makes a call, with the long chat or a short question."""

Gaps = tuple[float, float]
"""Milliseconds between two ticks: in all, and of work of the loop's thread."""

FRAMEWORKS = {
    "langgraph": "langchain_core",
    "autogen": "autogen_core",
    "crewai": "crewai",
}


def picture() -> bytes:
    """Make a picture that does not compress."""
    from PIL import Image  # noqa: PLC0415

    file = BytesIO()
    noise = os.urandom(3 * PIXELS * PIXELS)
    Image.frombytes("RGB", (PIXELS, PIXELS), noise).save(file, "PNG")
    return file.getvalue()


def langgraph(options: dict[str, Any], *, stream: bool) -> Ask:
    """Prepare calls of `ChatInteractions`."""
    from langchain_core.messages import AIMessage, HumanMessage  # noqa: PLC0415

    from interactions_langgraph import ChatInteractions  # noqa: PLC0415

    model = ChatInteractions(model=MODEL, **options)
    data = base64.b64encode(picture()).decode()
    shown = {"type": "image", "mime_type": "image/png", "base64": data}
    kinds = (HumanMessage, AIMessage)
    chat = [kinds[i % 2](f"{i}. " + "word " * 40) for i in range(LONG)]
    chat.append(HumanMessage(["What is it?", shown]))

    async def ask(long: bool) -> None:  # noqa: FBT001
        messages = chat if long else [HumanMessage(f"Hi. {perf_counter()}")]
        if stream:
            async for _ in model.astream(messages):
                pass
        else:
            await model.ainvoke(messages)

    return ask


def autogen(options: dict[str, Any], *, stream: bool) -> Ask:
    """Prepare calls of `InteractionsChatCompletionClient`."""
    from autogen_core import Image  # noqa: PLC0415
    from autogen_core.models import AssistantMessage, UserMessage  # noqa: PLC0415
    from PIL import Image as Pillow  # noqa: PLC0415

    from interactions_autogen import (  # noqa: PLC0415
        InteractionsChatCompletionClient,
    )

    client = InteractionsChatCompletionClient(model=MODEL, **options)
    kinds = (UserMessage, AssistantMessage)
    chat: list[Any] = [
        kinds[i % 2](content=f"{i}. " + "word " * 40, source=f"s{i % 2}")
        for i in range(LONG)
    ]
    shown = Image(Pillow.open(BytesIO(picture())))
    chat.append(UserMessage(content=["What is it?", shown], source="user"))

    async def ask(long: bool) -> None:  # noqa: FBT001
        short = UserMessage(content=f"Hi. {perf_counter()}", source="user")
        messages = chat if long else [short]
        if stream:
            async for _ in client.create_stream(messages):
                pass
        else:
            await client.create(messages)

    return ask


def crewai(options: dict[str, Any], *, stream: bool) -> Ask:
    """Prepare calls of `InteractionsLLM`."""
    from crewai.events import crewai_event_bus  # noqa: PLC0415

    from interactions_crewai import InteractionsLLM  # noqa: PLC0415

    llm = InteractionsLLM(model=MODEL, stream=stream, **options)
    roles = ("user", "assistant")
    chat: list[Any] = [
        {"role": roles[i % 2], "content": f"{i}. " + "word " * 40} for i in range(LONG)
    ]
    data = base64.b64encode(picture()).decode()
    inline = {"inlineData": {"mimeType": "image/png", "data": data}}
    chat.append({"role": "user", "content": [{"text": "What is it?"}, inline]})

    async def ask(long: bool) -> None:  # noqa: FBT001
        # Without the panels that CrewAI prints.
        with crewai_event_bus.scoped_handlers():
            await llm.acall(chat if long else f"Hi. {perf_counter()}")

    return ask


async def gaps_of(ask: Ask, *, long: bool) -> Gaps:
    """Watch one call."""
    gap = own = 0.0

    async def tick() -> None:
        nonlocal gap, own
        before = perf_counter(), thread_time()
        while True:
            await asyncio.sleep(0.001)
            now = perf_counter(), thread_time()
            gap, own = max(gap, now[0] - before[0]), max(own, now[1] - before[1])
            before = now

    ticking = asyncio.create_task(tick())
    await asyncio.sleep(0.01)
    await ask(long)
    await asyncio.sleep(0.01)
    ticking.cancel()
    return gap * 1000, own * 1000


async def measure(ask: Ask, calls: int) -> list[Gaps]:
    """Return the gaps of the first call, of later ones, and of long ones."""
    first = await gaps_of(ask, long=False)
    later = [await gaps_of(ask, long=False) for _ in range(calls)]
    long = [await gaps_of(ask, long=True) for _ in range(calls)]
    return [first, longest(later), longest(long)]


def longest(gaps: list[Gaps]) -> Gaps:
    """Return the longest of each kind."""
    return max(gap for gap, _ in gaps), max(own for _, own in gaps)


def run_one(adapter: str, url: str, calls: int, *, stream: bool) -> None:
    """Measure one adapter in this process, and print its line."""
    prepare = {"langgraph": langgraph, "autogen": autogen, "crewai": crewai}[adapter]
    with tempfile.TemporaryDirectory() as folder:
        sessions = f"sqlite:///{folder}/gaps.db"
        options = {"base_url": url, "api_key": "any", "sessions": sessions}
        gaps = asyncio.run(measure(prepare(options, stream=stream), calls))
    told = "".join(f"{gap:>7.0f} ({own:.0f}) ms".rjust(16) for gap, own in gaps)
    form = "streamed" if stream else "unary"
    print(f"{adapter:10}{form:9}{told}{TARGET_MS:>7} ms", flush=True)


def main() -> None:
    """Measure every adapter that is installed, each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=20)
    parser.add_argument("--one", choices=FRAMEWORKS, help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    parser.add_argument("--stream", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        run_one(args.one, args.url, args.calls, stream=args.stream)
        return
    os.environ["CREWAI_DISABLE_TELEMETRY"] = os.environ["OTEL_SDK_DISABLED"] = "true"
    os.environ["CREWAI_TRACING_ENABLED"] = "false"
    print(f"{'':19}{'first':>16}{'later':>16}{'long':>16}    target", flush=True)
    with emulator() as url:
        for adapter, framework in FRAMEWORKS.items():
            for more in ([], ["--stream"]) if find_spec(framework) else ():
                one = ["--one", adapter, "--url", url, "--calls", str(args.calls)]
                subprocess.run([sys.executable, __file__, *one, *more], check=True)  # noqa: S603  this very script


if __name__ == "__main__":
    main()

"""What one turn takes with the stock client of each framework, and with ours.

A chat of so many messages, each of a few sentences, is asked for its next answer:
bytes of the request's body, and CPU time of the client's process, all threads
together. Every client is a process of its own and asks one local server, which says
the same to all. Medians of `--calls` turns, each of another chat, after a warm-up.
The turn before is asked as well, so that ours has something to chain on; a first turn
sends everything with every client.
"""

import argparse
import asyncio
import gc
import json
import os
import statistics
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Sequence
from importlib.metadata import version
from importlib.util import find_spec
from itertools import count
from time import process_time
from typing import Any, Final

os.environ["CREWAI_DISABLE_TELEMETRY"] = os.environ["OTEL_SDK_DISABLED"] = "true"
os.environ["CREWAI_TRACING_ENABLED"] = "false"

from common.three_apis import SAID, three_apis

MODEL: Final = "gemini-3.8-flash"
SIZES: Final = (10, 100, 400)
ASKED: Final = (
    "My parcel with the order number {number} has not arrived, and the page of the "
    "carrier has shown the same place for three days. Can you find out where it is, "
    "and when it may be here?"
)
ANSWERED: Final = (
    "Thank you for the number. The parcel left our store on Monday, was taken over by "
    "the carrier on Tuesday, and waits in the depot of your town, from where it is "
    "brought to you tomorrow before noon."
)

Ask = Callable[[list[tuple[str, str]]], Callable[[], object]]
"""Makes the framework's messages of a chat, and returns what asks them."""


def langchain(model: Any) -> Ask:  # noqa: ANN401  any chat model
    """Ask a chat model of LangChain."""
    from langchain_core.messages import AIMessage, HumanMessage  # noqa: PLC0415

    kinds: dict[str, Any] = {"user": HumanMessage, "assistant": AIMessage}

    def prepare(chat: list[tuple[str, str]]) -> Callable[[], object]:
        messages = [kinds[role](text) for role, text in chat]
        return lambda: model.invoke(messages)

    return prepare


def autogen(client: Any) -> Ask:  # noqa: ANN401  any model client
    """Ask a model client of AutoGen, on one event loop."""
    from autogen_core.models import AssistantMessage, UserMessage  # noqa: PLC0415

    kinds: dict[str, Any] = {"user": UserMessage, "assistant": AssistantMessage}
    loop = asyncio.new_event_loop()

    def prepare(chat: list[tuple[str, str]]) -> Callable[[], object]:
        messages = [kinds[role](content=text, source=role) for role, text in chat]
        return lambda: loop.run_until_complete(client.create(messages))

    return prepare


def crewai(llm: Any) -> Ask:  # noqa: ANN401  any LLM
    """Ask an LLM of CrewAI."""

    def prepare(chat: list[tuple[str, str]]) -> Callable[[], object]:
        messages = [{"role": role, "content": text} for role, text in chat]
        return lambda: llm.call(messages)

    return prepare


def _stock_langchain(url: str) -> Ask:
    from langchain_google_genai import ChatGoogleGenerativeAI  # noqa: PLC0415

    model = ChatGoogleGenerativeAI(model=MODEL, google_api_key="any", base_url=url)
    return langchain(model)


def _our_langchain(url: str) -> Ask:
    from interactions_langgraph import ChatInteractions  # noqa: PLC0415

    return langchain(ChatInteractions(model=MODEL, api_key="any", base_url=url))


def _stock_autogen(url: str) -> Ask:
    from autogen_ext.models.openai import OpenAIChatCompletionClient  # noqa: PLC0415

    info: Any = {
        "vision": True,
        "function_calling": True,
        "json_output": True,
        "structured_output": True,
        "family": "unknown",
    }
    made = OpenAIChatCompletionClient(
        model=MODEL, api_key="any", base_url=f"{url}/v1", model_info=info
    )
    return autogen(made)


def _our_autogen(url: str) -> Ask:
    from interactions_autogen import (  # noqa: PLC0415
        InteractionsChatCompletionClient,
    )

    made = InteractionsChatCompletionClient(model=MODEL, api_key="any", base_url=url)
    return autogen(made)


def _stock_crewai(url: str) -> Ask:
    from crewai import LLM  # noqa: PLC0415

    options = {"http_options": {"base_url": url}}
    made = LLM(model=f"gemini/{MODEL}", api_key="any", client_params=options)
    return crewai(made)


def _our_crewai(url: str) -> Ask:
    from interactions_crewai import InteractionsLLM  # noqa: PLC0415

    return crewai(InteractionsLLM(model=MODEL, api_key="any", base_url=url))


CLIENTS: Final[dict[str, tuple[Callable[[str], Ask], str]]] = {
    "ChatGoogleGenerativeAI": (_stock_langchain, "langchain_google_genai"),
    "ChatInteractions": (_our_langchain, "interactions_langgraph"),
    "OpenAIChatCompletionClient": (_stock_autogen, "autogen_ext"),
    "InteractionsChatCompletionClient": (_our_autogen, "interactions_autogen"),
    "GeminiCompletion": (_stock_crewai, "crewai"),
    "InteractionsLLM": (_our_crewai, "interactions_crewai"),
}
"""Each client by name: how it is made, and what has to be installed for it."""

_numbers = count(1)


def chat_of(size: int) -> list[tuple[str, str]]:
    """Make a chat that nobody has had, of so many messages; the user speaks last."""
    number = next(_numbers)
    # All numbers have four digits, so that the bytes of a turn are the same each time.
    said = [("user", ASKED.format(number=f"{number:04}-{i:04}")) for i in range(size)]
    return [
        one if (size - i) % 2 else ("assistant", ANSWERED) for i, one in enumerate(said)
    ]


def received(url: str) -> int:
    """Ask the server how many bytes have come."""
    with urllib.request.urlopen(url) as answer:  # noqa: S310  our own server
        return int(answer.read())


def measure(prepare: Ask, url: str, size: int, calls: int) -> tuple[float, float]:
    """Return the bytes and the milliseconds of CPU of a turn, as medians."""
    sizes: list[float] = []
    times: list[float] = []
    for number in range(calls + 3):
        chat = chat_of(size)
        # The answer is what the server says, so that the list repeats it.
        chat[-2] = ("assistant", SAID)
        prepare(chat[:-2])()
        ask, before = prepare(chat), received(url)
        gc.collect()
        began = process_time()
        ask()
        if number >= 3:  # noqa: PLR2004  the first are a warm-up
            times.append(process_time() - began)
            sizes.append(received(url) - before)
    return statistics.median(sizes), statistics.median(times) * 1e3


def measure_one(name: str, url: str, sizes: Sequence[int], calls: int) -> None:
    """Measure one client, and print what was found as JSON."""
    prepare = CLIENTS[name][0](url)
    print(json.dumps([measure(prepare, url, size, calls) for size in sizes]))


def measured(name: str, url: str, calls: int) -> list[tuple[float, float]]:
    """Measure one client in a process of its own: bytes and milliseconds by size."""
    command = [sys.executable, __file__, "--client", name, "--url", url]
    command += ["--calls", str(calls)]
    done = subprocess.run(  # noqa: S603  this very script
        command, stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=30)
    parser.add_argument("--client", choices=CLIENTS, help="Only this one, as JSON.")
    parser.add_argument("--url", help="With --client: the server to ask.")
    given = parser.parse_args()
    if given.client:
        measure_one(given.client, given.url, SIZES, given.calls)
        return
    found = [name for name, (_, needed) in CLIENTS.items() if find_spec(needed)]
    for name in sorted(CLIENTS.keys() - found):
        print(f"not installed, and not measured: {name}")
    print(f"google-genai {version('google-genai')}; bytes of the body, CPU in ms")
    print(f"{'client':34}" + "".join(f"{size:>10} messages" for size in SIZES))
    with three_apis() as url:
        for name in found:
            rows = measured(name, url, given.calls)
            print(f"{name:34}" + "".join(f"{b:>10,.0f} {t:>8.1f}" for b, t in rows))


if __name__ == "__main__":
    main()

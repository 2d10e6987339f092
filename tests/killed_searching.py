"""Ask one adapter in a process of its own: python -m … ADAPTER URL STORE, or be killed.

A create that has to be sent again is where the process is killed; where none has, the
answer is printed.
"""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from tests.searches import MODEL, QUESTION


class Killer(logging.Handler):
    """Ends the process where core says that it is about to wait."""

    def emit(self, record: logging.LogRecord) -> None:
        if str(record.msg).startswith("create failed"):
            os.kill(os.getpid(), signal.SIGKILL)


def ask_langgraph(options: dict[str, Any]) -> str:
    from interactions_langgraph import ChatInteractions  # noqa: PLC0415 - one is there
    from tests.langgraph.agents import get_weather  # noqa: PLC0415

    model = ChatInteractions(**options).bind_tools([get_weather])
    return model.invoke(QUESTION).tool_calls[0]["args"]["city"]


def ask_autogen(options: dict[str, Any]) -> str:
    from interactions_autogen import InteractionsChatCompletionClient  # noqa: PLC0415
    from tests.autogen.asking import WEATHER, user  # noqa: PLC0415

    client = InteractionsChatCompletionClient(**options)
    result = asyncio.run(client.create([user(QUESTION)], tools=[WEATHER]))
    return str(result.content)


def ask_crewai(options: dict[str, Any]) -> str:
    from tests.crewai.quiet import imported  # noqa: PLC0415

    llm = imported("interactions_crewai").InteractionsLLM(**options)
    declared = {"name": "get_weather", "parameters": {"type": "object"}}
    tools = [{"type": "function", "function": declared}]
    return str(llm.call(QUESTION, tools=tools))


ASK: dict[str, Callable[[dict[str, Any]], str]] = {
    "langgraph": ask_langgraph,
    "autogen": ask_autogen,
    "crewai": ask_crewai,
}


def main(adapter: str, url: str, sessions: str) -> None:
    """Ask, and print what was answered."""
    logger = logging.getLogger("interactions_core")
    logger.addHandler(Killer())
    logger.setLevel(logging.INFO)
    options = {
        "model": MODEL,
        "base_url": url,
        "api_key": "k",
        "sessions": sessions,
        "tools": [{"type": "google_search"}],
        "combine_tools": "separate",
    }
    sys.stdout.write(ASK[adapter](options))


if __name__ == "__main__":
    main(*sys.argv[1:])

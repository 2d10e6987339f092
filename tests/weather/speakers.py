"""The three adapters, asked as their frameworks ask them, by one name each.

Their waits pass on the test's clock.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Final, Protocol

from autogen_core.models import AssistantMessage, UserMessage
from langchain_core.messages import AIMessage, HumanMessage

from interactions_autogen import InteractionsChatCompletionClient
from interactions_langgraph import ChatInteractions
from tests.conftest import Clock
from tests.waiting import go_by, wait_by

MODES: Final = ("unary", "stream", "bg")

Line = tuple[str, str]
"""Who said what: `user` or `model`."""


class Speaker(Protocol):
    """One adapter in one mode, with a session of its own."""

    def ask(self, lines: list[Line]) -> str:
        """Return what is answered to a conversation."""
        ...

    def close(self) -> None:
        """Let go of its connections."""
        ...


class LangGraph:
    """`ChatInteractions`, invoked or streamed."""

    def __init__(self, mode: str, clock: Clock, options: dict[str, Any]) -> None:
        self._streams = mode == "stream"
        self._model = ChatInteractions(**options, background=mode == "bg")
        go_by(self._model, clock)
        wait_by(self._model, clock.sleep)

    def ask(self, lines: list[Line]) -> str:
        kinds = {"user": HumanMessage, "model": AIMessage}
        messages = [kinds[who](text) for who, text in lines]
        if self._streams:
            return "".join(chunk.text for chunk in self._model.stream(messages))
        return self._model.invoke(messages).text

    def close(self) -> None:
        self._model.close()


class AutoGen:
    """`InteractionsChatCompletionClient`, created or streamed."""

    def __init__(self, mode: str, clock: Clock, options: dict[str, Any]) -> None:
        self._streams = mode == "stream"
        background = mode == "bg"
        self._client = InteractionsChatCompletionClient(
            **options, background=background
        )
        go_by(self._client, clock)
        wait_by(self._client, clock.asleep)
        self._runner = asyncio.Runner()

    def ask(self, lines: list[Line]) -> str:
        return self._runner.run(self._asked(lines))

    async def _asked(self, lines: list[Line]) -> str:
        messages = [
            UserMessage(content=text, source="user")
            if who == "user"
            else AssistantMessage(content=text, source="model")
            for who, text in lines
        ]
        if not self._streams:
            return str((await self._client.create(messages)).content)
        said = [item async for item in self._client.create_stream(messages)]
        shown, whole = "".join(map(str, said[:-1])), str(said[-1].content)
        return whole if shown == whole else f"shown {shown!r}, handed on {whole!r}"

    def close(self) -> None:
        self._runner.run(self._client.close())
        self._runner.close()


class CrewAI:
    """`InteractionsLLM`, called; its streams are events beside the answer."""

    def __init__(self, mode: str, clock: Clock, options: dict[str, Any]) -> None:
        # Its environment must not have what keeps CrewAI quiet.
        from tests.crewai.quiet import imported  # noqa: PLC0415

        kind = imported("interactions_crewai").InteractionsLLM
        self._llm = kind(**options, stream=mode == "stream", background=mode == "bg")
        go_by(self._llm, clock)
        self._llm._clients.waits.sleep = clock.sleep

    def ask(self, lines: list[Line]) -> str:
        roles = {"user": "user", "model": "assistant"}
        messages = [{"role": roles[who], "content": text} for who, text in lines]
        return str(self._llm.call(messages))

    def close(self) -> None:
        self._llm.close()


SPEAKERS: Final[dict[str, Callable[[str, Clock, dict[str, Any]], Speaker]]] = {
    "lang": LangGraph,
    "auto": AutoGen,
    "crew": CrewAI,
}

"""Ask through an adapter, waiting or awaiting.

An adapter is imported when it is asked for: not every environment has all frameworks.
"""

import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

MODEL = "gemini-3.5-flash"

# CrewAI reads them when it is imported. OpenTelemetry's own switch would be one for all
# tests that come after, and for the processes that they start.
os.environ.update(CREWAI_DISABLE_TELEMETRY="true", CREWAI_TRACING_ENABLED="false")


@dataclass(frozen=True)
class Asker:
    """One model object; AutoGen has nothing that waits.

    Attributes:
        ask: Returns the text of the answer to a question.
        aask: Does so for those who await.
    """

    ask: Callable[[str], str]
    aask: Callable[[str], Awaitable[str]]


def langgraph_asker(store: str, **options: Any) -> Asker:
    chat_model = import_module("interactions_langgraph").ChatInteractions

    model = chat_model(model=MODEL, sessions=store, **options)

    async def aask(text: str) -> str:
        return (await model.ainvoke(text)).text

    return Asker(lambda text: model.invoke(text).text, aask)


def autogen_asker(store: str, **options: Any) -> Asker:
    message = import_module("autogen_core.models").UserMessage
    adapter = import_module("interactions_autogen")
    client = adapter.InteractionsChatCompletionClient(
        model=MODEL, sessions=store, **options
    )

    async def aask(text: str) -> str:
        result = await client.create([message(content=text, source="user")])
        assert isinstance(result.content, str)
        return result.content

    def ask(text: str) -> str:
        raise NotImplementedError(text)

    return Asker(ask, aask)


def crewai_asker(store: str, **options: Any) -> Asker:
    adapter = import_module("interactions_crewai")
    llm = adapter.InteractionsLLM(model=MODEL, sessions=store, **options)

    def asked(text: str) -> list[Any]:
        return [{"role": "user", "content": text}]

    async def aask(text: str) -> str:
        return await llm.acall(asked(text))

    return Asker(lambda text: llm.call(asked(text)), aask)


ASKERS: dict[str, Callable[..., Asker]] = {
    "langgraph": langgraph_asker,
    "autogen": autogen_asker,
    "crewai": crewai_asker,
}

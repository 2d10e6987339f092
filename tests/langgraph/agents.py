"""Agents of LangChain on a watched model, and tools for them."""

from collections.abc import Sequence
from typing import Any

from langchain.agents import create_agent
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver

from tests.langgraph.watched import Watched


@tool
def get_weather(city: str) -> str:
    """Get the weather of a city."""
    return f"{city}: 21 degrees"


def make_agent(
    watched: Watched, tools: Sequence[Any] = (get_weather,), **options: Any
) -> Any:
    """Make an agent that remembers its threads."""
    defaults = {"model": watched.model(), "checkpointer": InMemorySaver()}
    return create_agent(tools=list(tools), **defaults | options)


class OtherProvider(GenericFakeChatModel):
    """A model of somebody else that takes tools and calls none."""

    def bind_tools(self, *_: Any, **__: Any) -> Any:
        return self

"""A middleware that edits whatever it can reach, by the dice of each thread."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from langchain.agents.middleware import AgentMiddleware, ModelRequest
from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    HumanMessage,
    RemoveMessage,
    SystemMessage,
    ToolMessage,
)
from langgraph.config import get_config
from langgraph.graph.message import REMOVE_ALL_MESSAGES


@dataclass
class Dice:
    """The chances of one thread, and what came of them."""

    random: random.Random
    done: Counter[str] = field(default_factory=Counter[str])

    def take(
        self, *ways: Callable[..., Any], chance: float
    ) -> Callable[..., Any] | None:
        if self.random.random() > chance:
            return None
        way = self.random.choice(ways)
        self.done[way.__name__] += 1
        return way


class Meddler(AgentMiddleware[Any, Any, Any]):
    """Edits the state before a call, the request of a call, and the reply to it."""

    def __init__(self, dice: dict[str, Dice]) -> None:
        super().__init__()
        self._dice = dice

    @property
    def dice(self) -> Dice:
        return self._dice[get_config()["configurable"]["thread_id"]]

    def before_model(self, state: Any, runtime: Any) -> dict[str, Any] | None:  # noqa: ARG002  its name is the contract
        dice = self.dice
        way = dice.take(redact, forget, summarise, chance=0.08)
        messages = state["messages"]
        if way is None or len(messages) < 3:
            return None
        return {"messages": way(messages, dice.random)}

    def wrap_model_call(self, request: ModelRequest, handler: Any) -> Any:
        return handler(self._changed(request))

    async def awrap_model_call(self, request: ModelRequest, handler: Any) -> Any:
        return await handler(self._changed(request))

    def after_model(self, state: Any, runtime: Any) -> dict[str, Any] | None:  # noqa: ARG002  its name is the contract
        dice = self.dice
        way = dice.take(reword, recall, chance=0.12)
        said = state["messages"][-1]
        if way is None or not isinstance(said, AIMessage):
            return None
        return {"messages": [way(said, dice.random)]}

    def _changed(self, request: ModelRequest) -> ModelRequest:
        dice = self.dice
        way = dice.take(look_back, clear, remind, chance=0.18)
        if dice.random.random() < 0.3:
            words = f"Speak in {dice.random.choice(['prose', 'verse'])}."
            request = request.override(system_message=SystemMessage(words))
        if way is None:
            return request
        return request.override(messages=way(request.messages, dice.random))


def redact(messages: list[BaseMessage], dice: random.Random) -> list[BaseMessage]:
    """Blacken a text that was said a while ago."""
    chosen = dice.choice(messages[:-1])
    return [chosen.model_copy(update={"content": f"[redacted {dice.random():.3}]"})]


def forget(messages: list[BaseMessage], dice: random.Random) -> list[BaseMessage]:
    """Remove one message, the other half of a call or a result stays."""
    return [RemoveMessage(id=str(dice.choice(messages[:-1]).id))]


def summarise(messages: list[BaseMessage], _: random.Random) -> list[BaseMessage]:
    """Put a few words in the place of all but the newest messages."""
    kept = [message.model_copy() for message in messages[-2:]]
    summary = HumanMessage("So far: they talked about the weather.")
    return [RemoveMessage(id=REMOVE_ALL_MESSAGES), summary, *kept]


def look_back(messages: list[BaseMessage], dice: random.Random) -> list[BaseMessage]:
    """Show the model the newest messages only."""
    return list(messages[-dice.randint(2, 6) :])


def clear(messages: list[BaseMessage], _: random.Random) -> list[BaseMessage]:
    """Show the model no results but the newest."""
    results = [m for m in messages if isinstance(m, ToolMessage)]
    old = {id(message) for message in results[:-1]}
    return [
        message.model_copy(update={"content": "[cleared]"})
        if id(message) in old
        else message
        for message in messages
    ]


def remind(messages: list[BaseMessage], dice: random.Random) -> list[BaseMessage]:
    """Say something that the state will not hold."""
    return [*messages, HumanMessage(f"Remember number {dice.randrange(99)}.")]


def reword(said: AIMessage, dice: random.Random) -> AIMessage:
    """Put other words into the model's mouth."""
    return said.model_copy(update={"content": f"In short: {dice.randrange(999)}"})


def recall(said: AIMessage, dice: random.Random) -> AIMessage:
    """Change what is called, or how many calls there are."""
    if not said.tool_calls:
        return said
    first, *rest = said.tool_calls
    other = {**first, "args": {**first["args"], "added": dice.randrange(99)}}
    calls = rest if rest and dice.random() < 0.5 else [other, *rest]
    return said.model_copy(update={"tool_calls": calls})

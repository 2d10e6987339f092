"""A client that notes what it is asked, and by which interaction it answered."""

import copy
import logging
from collections.abc import AsyncGenerator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from autogen_core import MessageHandlerContext
from autogen_core.models import CreateResult, LLMMessage, SystemMessage

from interactions_autogen import InteractionsChatCompletionClient
from interactions_core import SessionStore


@dataclass
class Asked:
    """One call: who asked, the list as it was then, and what came of it."""

    caller: str
    messages: list[LLMMessage]
    result: CreateResult | None = None
    interaction_id: str = ""
    previous: str = ""
    reason: str = ""


_asked: ContextVar[Asked] = ContextVar("asked")


class Ids(logging.Handler):
    """Takes the ids from the event of the same task."""

    def emit(self, record: logging.LogRecord) -> None:
        said: dict[str, Any] = getattr(record.msg, "kwargs", {})
        asked = _asked.get(None)
        if asked is not None and said.get("interaction_id"):
            asked.interaction_id = said["interaction_id"]
            asked.previous = said["previous_interaction_id"]
            asked.reason = said["plan_reason"]


class Witness(InteractionsChatCompletionClient):
    """Notes every call in `asked`; answers as ever."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.asked: list[Asked] = []
        self.store: SessionStore = options["sessions"]

    async def create(self, messages: Sequence[LLMMessage], **call: Any) -> CreateResult:
        asked = self._note(messages)
        asked.result = await super().create(messages, **call)
        return asked.result

    async def create_stream(
        self, messages: Sequence[LLMMessage], **call: Any
    ) -> AsyncGenerator[str | CreateResult]:
        asked = self._note(messages)
        async for item in super().create_stream(messages, **call):
            if isinstance(item, CreateResult):
                asked.result = item
            yield item

    @property
    def chained(self) -> int:
        return sum(bool(asked.previous) for asked in self.asked)

    def _note(self, messages: Sequence[LLMMessage]) -> Asked:
        asked = Asked(_caller(messages), copy.deepcopy(list(messages)))
        self.asked.append(asked)
        _asked.set(asked)
        return asked


def _caller(messages: Sequence[LLMMessage]) -> str:
    """Name an agent by its instruction, and others by their place in the runtime."""
    if messages and isinstance(messages[0], SystemMessage):
        return messages[0].content
    try:
        return MessageHandlerContext.agent_id().type
    except RuntimeError:
        return ""

"""What a managed agent does meanwhile, as events that every AutoGen team accepts.

Pure. A team refuses event classes that it was not told of; these are AutoGen's own.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

from autogen_agentchat.messages import (
    BaseAgentEvent,
    ModelClientStreamingChunkEvent,
    ThoughtEvent,
    ToolCallExecutionEvent,
    ToolCallRequestEvent,
)
from autogen_core import FunctionCall
from autogen_core.models import FunctionExecutionResult

from interactions_core.adapter import (
    Json,
    JsonObject,
    ServerStep,
    StreamEvent,
    TextDelta,
    ThoughtDelta,
)

_CALL = "_call"
_RESULT = "_result"


class Progress:
    """Turns the events of one stream into those of one agent.

    Thoughts come whole, since AutoGen shows each event on a line of its own.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._thought = ""
        self._place = -1

    def to_events(self, event: StreamEvent) -> Iterator[BaseAgentEvent]:
        """Yield what a team is shown of an event."""
        if isinstance(event, ThoughtDelta) and event.index == self._place:
            self._thought += event.text
            return
        yield from self.rest_events()
        match event:
            case ThoughtDelta(index, text):
                self._place, self._thought = index, text
            case TextDelta(text=text) if text:
                yield ModelClientStreamingChunkEvent(source=self._source, content=text)
            case ServerStep(step=step):
                yield from self._ran(step)
            case _:
                pass

    def rest_events(self) -> Iterator[BaseAgentEvent]:
        """Yield the thought that was not shown yet."""
        if self._thought:
            yield ThoughtEvent(source=self._source, content=self._thought)
        self._thought, self._place = "", -1

    def _ran(self, step: JsonObject) -> Iterator[BaseAgentEvent]:
        kind = str(step.get("type"))
        if kind.endswith(_CALL):
            name = str(step.get("name") or kind.removesuffix(_CALL))
            call = FunctionCall(
                id=str(step.get("id") or ""),
                name=name,
                arguments=_said(step.get("arguments", {})),
            )
            yield ToolCallRequestEvent(source=self._source, content=[call])
        elif kind.endswith(_RESULT):
            name = str(step.get("name") or kind.removesuffix(_RESULT))
            result = FunctionExecutionResult(
                call_id=str(step.get("call_id") or ""),
                name=name,
                content=_said(step.get("result")),
                is_error=bool(step.get("is_error")),
            )
            yield ToolCallExecutionEvent(source=self._source, content=[result])


def _said(value: Json) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: object) -> Any:
    return dict(cast("Mapping[str, Any]", value))

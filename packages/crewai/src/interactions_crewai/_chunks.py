"""Streamed pieces of a reply as CrewAI's chunks.

Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from interactions_core.adapter import (
    ArgumentsDelta,
    CallStarted,
    StreamEvent,
    TextDelta,
    ThoughtDelta,
)
from interactions_crewai._replies import tool_call


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one event shows.

    Attributes:
        text: Text, a thought, or a fragment of a call's arguments.
        thought: Whether it is a thought.
        call: The call that it belongs to, with this fragment of its arguments.
    """

    text: str
    thought: bool = False
    call: dict[str, Any] | None = None


@dataclass(slots=True)
class Chunks:
    """Reads the events of one answer; remembers which calls have begun.

    Attributes:
        own_names: CrewAI's names of functions that have another on the wire.
    """

    own_names: Mapping[str, str] = field(default_factory=dict[str, str])
    _begun: dict[int, CallStarted] = field(default_factory=dict[int, CallStarted])

    def read(self, event: StreamEvent) -> Chunk | None:
        """Return what is to be shown; `None` for media, which CrewAI cannot show."""
        match event:
            case TextDelta(text=text):
                return Chunk(text)
            case ThoughtDelta(text=text):
                return Chunk(text, thought=True)
            case CallStarted(index=index):
                self._begun[index] = event
                return Chunk("", call=self._call(index, ""))
            case ArgumentsDelta(index=index, fragment=fragment):
                return Chunk(fragment, call=self._call(index, fragment))
            case _:
                return None

    def _call(self, index: int, fragment: str) -> dict[str, Any]:
        begun = self._begun[index]
        position = list(self._begun).index(index)
        name = self.own_names.get(begun.name, begun.name)
        return tool_call(begun.call_id, name, fragment) | {"index": position}

"""LLMs that note what they are asked, and what came of it."""

import copy
from dataclasses import dataclass, field
from typing import Any

from pydantic import PrivateAttr

from interactions_core.records.turn import Reply, Turn
from interactions_crewai import InteractionsLLM


@dataclass
class Asked:
    """One call: the list that was to be answered, the reply, and what was returned."""

    messages: list[dict[str, Any]]
    role: str
    reply: Reply | None = None
    returned: Any = None

    @property
    def reason(self) -> str:
        return self.reply.reason if self.reply else "failed"


@dataclass
class Log:
    """What an LLM and its copies were asked."""

    asked: list[Asked] = field(default_factory=list)
    calls: dict[int, tuple[object, Asked]] = field(default_factory=dict)
    """Calls and their notes, by the identity of the call, which is kept alive."""

    def __deepcopy__(self, memo: object) -> "Log":
        return self


class Witness(InteractionsLLM):
    """Notes every call in `log`; answers as ever."""

    window: int | None = None
    _log: Log = PrivateAttr(default_factory=Log)

    @property
    def log(self) -> Log:
        return self._log

    def get_context_window_size(self) -> int:
        return self.window or super().get_context_window_size()

    def _as_turn(self, asked: Any) -> Turn:
        role = getattr(asked.agent, "role", "")
        note = Asked(copy.deepcopy(asked.messages), role)
        self.log.asked.append(note)
        self.log.calls[id(asked)] = asked, note
        return super()._as_turn(asked)

    def _answer(self, turn: Turn, reply: Reply, asked: Any) -> Any:
        # Not by context: a list is read in a thread, whose context is a copy.
        _, note = self.log.calls[id(asked)]
        note.reply = reply
        note.returned = super()._answer(turn, reply, asked)
        return note.returned


class TextWitness(Witness):
    """Has its agents use tools in CrewAI's text loop."""

    def supports_function_calling(self) -> bool:
        return False

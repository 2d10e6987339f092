"""A conversation as messages see it: who says what, which result answers which call.

Pure. What no list of messages has is left out here, and named: thoughts, what ran on
the server, what was sent to please the API.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from interactions_core.canonical import JsonObject
from interactions_core.exporting.blocks import blocks_of, is_media, text_in
from interactions_core.exporting.contexts import Context, ContextStep
from interactions_core.exporting.losses import Loss, LossKind, loss_at
from interactions_core.exporting.messages import (
    Call,
    ModelTurn,
    ResultTurn,
    Turn,
    Turns,
    UserTurn,
)
from interactions_core.mapping.composition import UNANSWERED
from interactions_core.transcript.as_text import as_text

_AS_WORDS: Final = re.compile(r"\[(?:called|result of) ")
_KEYS: Final = {
    "user_input": {"type", "content"},
    "model_output": {"type", "content"},
    "function_call": {"type", "id", "name", "arguments"},
    "function_result": {"type", "call_id", "name", "result", "is_error"},
}


def read_turns(context: Context) -> Turns:
    """Read the steps of a conversation as messages."""
    reader = _Reader(_own_calls(context.steps), losses=[*context.losses])
    for number, step in enumerate(context.steps, 1):
        reader.read(number, step)
    reader.end_message()
    return Turns(tuple(reader.turns), tuple(reader.losses), tuple(reader.open))


@dataclass(slots=True)
class _Reader:
    """Collects turns; knows which calls are still open."""

    own: set[str]
    """Ids of calls of an agent's own functions, which its answer has answered."""
    losses: list[Loss]
    turns: list[Turn] = field(default_factory=list[Turn])
    open: dict[str, Call] = field(default_factory=dict[str, Call])
    blocks: list[JsonObject] = field(default_factory=list[JsonObject])
    calls: list[Call] = field(default_factory=list[Call])
    begun: int = 0
    """The first step of the message that a model is saying; 0 for none."""
    joins: bool = False
    """Whether what a model says next belongs to the same message."""
    origin: str = ""

    def read(self, number: int, step: ContextStep) -> None:
        if (self.origin, step.origin) == ("held", "sent"):
            self.end_message()
        self.origin = step.origin
        match step.kind:
            case "user_input":
                self._user(number, step)
            case "model_output":
                self._output(number, step)
            case "function_call" if str(step.wire.get("id")) not in self.own:
                self._call(number, step.wire)
            case "function_result" if str(step.wire.get("call_id")) not in self.own:
                self._result(number, step)
            case _:
                self._leave_out(number, step)

    def end_message(self) -> None:
        """End what a model is saying."""
        if self.blocks or self.calls:
            said = ModelTurn(tuple(self.blocks), tuple(self.calls), self.begun)
            self.turns.append(said)
            self.open |= {call.id: call for call in self.calls}
        self.blocks, self.calls, self.begun, self.joins = [], [], 0, False

    def _user(self, number: int, step: ContextStep) -> None:
        blocks = self._read_blocks(number, step.wire)
        if step.is_synthetic:
            if not _is_as_words(blocks):
                self._lose("synthetic", number, _words(blocks))
                return
            self._lose("as_text", number)
        self.end_message()
        self._close_calls()
        self.turns.append(UserTurn(tuple(blocks), number))

    def _output(self, number: int, step: ContextStep) -> None:
        if step.origin == "sent" and self.begun and not self.joins:
            self.end_message()
        self._begin(number)
        self.joins = step.origin == "held"
        if self.calls:
            self._lose("order", number)
        for block in self._read_blocks(number, step.wire):
            _append(self.blocks, block)

    def _call(self, number: int, wire: JsonObject) -> None:
        self._begin(number)
        self._check_keys(number, wire)
        name, arguments = str(wire.get("name") or ""), wire.get("arguments", {})
        self.calls.append(Call(str(wire.get("id")), name, arguments, number))

    def _result(self, number: int, step: ContextStep) -> None:
        self.end_message()
        self._check_keys(number, step.wire)
        call = self.open.get(str(step.wire.get("call_id")))
        value, is_error = step.wire.get("result"), bool(step.wire.get("is_error"))
        if call is None:
            self._stray(number, step.wire)
        elif step.is_synthetic and value == UNANSWERED:
            self._answer_for_nobody(call)
        else:
            del self.open[call.id]
            for block in blocks_of(value):
                self._check_block(number, block)
            name = str(step.wire.get("name") or "") if step.has_own_name else ""
            self.turns.append(
                ResultTurn(call, name, value, is_error, is_given=True, step=number)
            )

    def _stray(self, number: int, wire: JsonObject) -> None:
        self._close_calls()
        self._lose("stray_result", number)
        said = blocks_of(as_text(wire).get("content"))
        self.turns.append(UserTurn(tuple(said), number))

    def _begin(self, number: int) -> None:
        if not self.begun:
            self._close_calls()
            self.begun = number

    def _close_calls(self) -> None:
        for call in [*self.open.values()]:
            self._answer_for_nobody(call)

    def _answer_for_nobody(self, call: Call) -> None:
        del self.open[call.id]
        self._lose("unanswered_call", call.step)
        self.turns.append(
            ResultTurn(
                call, "", UNANSWERED, is_error=True, is_given=False, step=call.step
            )
        )

    def _leave_out(self, number: int, step: ContextStep) -> None:
        self.joins = True
        kind = _kind_of(step.kind)
        self._lose(kind, number, "" if kind == "thought" else step.kind)

    def _read_blocks(self, number: int, wire: JsonObject) -> list[JsonObject]:
        self._check_keys(number, wire)
        blocks = blocks_of(wire.get("content"))
        for block in blocks:
            self._check_block(number, block)
        return blocks

    def _check_keys(self, number: int, wire: JsonObject) -> None:
        for key in wire.keys() - _KEYS[str(wire["type"])]:
            kind = "signature" if key == "signature" else "field"
            self._lose(kind, number, "" if kind == "signature" else key)

    def _check_block(self, number: int, block: JsonObject) -> None:
        if is_media(block):
            # How it is to be looked at is the business of each format.
            return
        for key in sorted(block.keys() - {"type", "text"}):
            if block[key]:
                kind = "citations" if key == "annotations" else "field"
                self._lose(kind, number, "" if kind == "citations" else key)

    def _lose(self, kind: LossKind, number: int, why: str = "") -> None:
        self.losses.append(loss_at(kind, number, why))


def _own_calls(steps: Iterable[ContextStep]) -> set[str]:
    """Return the ids of calls that an answer itself has answered."""
    return {
        str(step.wire.get("call_id"))
        for step in steps
        if step.origin == "held" and step.kind == "function_result"
    }


def _append(blocks: list[JsonObject], block: JsonObject) -> None:
    """Add a block to those of a message, text to the text before it."""
    if is_media(block):
        blocks.append(block)
        return
    text = str(block.get("text") or "")
    if blocks and not is_media(blocks[-1]):
        text = f"{blocks.pop().get('text')}{text}"
    if text:
        blocks.append({"type": "text", "text": text})


def _is_as_words(blocks: list[JsonObject]) -> bool:
    return _AS_WORDS.match(text_in(blocks)) is not None


def _words(blocks: Iterable[JsonObject]) -> str:
    """Say what was sent beside the list, in short."""
    return f"{text_in(blocks)[:60]!r}"


def _kind_of(kind: str) -> LossKind:
    if kind == "thought":
        return "thought"
    is_tool = kind.endswith(("_call", "_result"))
    return "server_tool" if is_tool else "unknown_step"

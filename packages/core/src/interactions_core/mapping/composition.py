"""Turn a stretch of a message list into input that the API accepts.

Pure. The API needs lists completed that frameworks leave open: a result for every
call, a call for every result, a signature before a foreign call, something to
answer. Every step added here is counted as synthetic.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from interactions_core.canonical import JsonObject
from interactions_core.mapping.agreement import Agreement
from interactions_core.records.interactions import InteractionRecord
from interactions_core.records.mirror import rehydrate
from interactions_core.records.turn import DEFAULT_NUDGE
from interactions_core.transcript.as_text import as_text
from interactions_core.transcript.asides import NO_ASIDES, Asides
from interactions_core.transcript.parts import text_part
from interactions_core.transcript.replies import pending_calls
from interactions_core.transcript.steps import (
    Step,
    Thoughts,
    function_result,
    user_input,
)

BYPASS_SIGNATURE: Final = "skip_thought_signature_validator"
"""Documented value that lets calls pass which no Gemini model signed."""

UNANSWERED: Final = "no result: the call was not answered"

Replies = Mapping[int, tuple[InteractionRecord, Agreement]]
"""Recorded replies by the position in the list at which they begin."""

_NO_THOUGHTS: Final[Thoughts] = {}


@dataclass(frozen=True, slots=True)
class Composition:
    """Input for one create.

    Attributes:
        steps: Wire steps, oldest first.
        synthetic: Indexes of those that are not in the list.
        ends: Where, in `steps`, the answer of each re-inserted record ends.
    """

    steps: tuple[JsonObject, ...]
    synthetic: tuple[int, ...]
    ends: tuple[tuple[int, InteractionRecord], ...] = ()


@dataclass(slots=True)
class _Writer:
    """Collects steps; knows which calls are still open."""

    open_calls: dict[str, str]
    """Names by the id that a call has on the wire, in order."""
    given_ids: dict[str, str] = field(default_factory=dict[str, str])
    """The ids that the framework gave twice, by those that stand for them."""
    has_thought: bool = False
    """Whether the model's turn that is being written was given a thought."""
    steps: list[JsonObject] = field(default_factory=list[JsonObject])
    synthetic: list[int] = field(default_factory=list[int])
    ends: list[tuple[int, InteractionRecord]] = field(
        default_factory=list[tuple[int, InteractionRecord]]
    )

    def add(self, step: JsonObject) -> None:
        self.steps.append(step)

    def invent(self, step: JsonObject) -> None:
        self.synthetic.append(len(self.steps))
        self.steps.append(step)

    def think(self, thoughts: Sequence[JsonObject]) -> None:
        """Put back what the model thought before what comes next."""
        for thought in thoughts:
            self.invent(thought)
            self.has_thought = True

    def call(self, step: JsonObject) -> None:
        """Add a call, under an id of its own where another open call has the same."""
        given = wire_id = str(step["id"])
        count = 1
        while wire_id in self.open_calls:
            count += 1
            wire_id = f"{given}_{count}"
        if wire_id != given:
            self.given_ids[wire_id] = given
            step = {**step, "id": wire_id}
        self.open_calls[wire_id] = str(step["name"])
        self.add(step)

    def answer(self, result: JsonObject) -> bool:
        """Add the result of an open call; tell whether there is one.

        Of several calls with one id it answers the one of its name, or the first.
        """
        given, name = str(result.get("call_id")), result.get("name")
        ids = [i for i in self.open_calls if self.given_ids.get(i, i) == given]
        if not ids:
            return False
        wire_id = next((i for i in ids if self.open_calls[i] == name), ids[0])
        named = _named(result, self.open_calls.pop(wire_id))
        self.add(named if wire_id == given else {**named, "call_id": wire_id})
        return True

    def close_calls(self) -> None:
        """Answer every open call with an error, so that other input may follow."""
        for call_id, name in self.open_calls.items():
            self.invent(function_result(call_id, name, UNANSWERED, is_error=True).wire)
        self.open_calls = {}


def compose(
    steps: Sequence[Step],
    start: int,
    replies: Replies,
    *,
    parent: tuple[InteractionRecord, Agreement] | None = None,
    pending: Mapping[str, str] | None = None,
    nudge: str = DEFAULT_NUDGE,
    thoughts: Thoughts = _NO_THOUGHTS,
    asides: Asides = NO_ASIDES,
) -> Composition:
    """Write the input that follows what the server already holds.

    Args:
        steps: The whole list.
        start: The first step that the server lacks.
        replies: Recorded replies from `start` on; they go in with every step.
        parent: What is chained on, and how the list repeats its reply.
        pending: Open calls, where no record of the parent tells them.
        nudge: What to say when nothing else is left to say.
        thoughts: What the list itself carries; used where no reply is recorded.
        asides: What is told beside the list.

    Returns:
        A composition that ends with something to answer.
    """
    writer = _Writer(dict(pending or {}))
    if parent is not None:
        _after_reply(writer, *parent)
    if start == 0 and _opens_with_call(steps, replies):
        writer.invent(user_input([text_part(nudge)]).wire)
    i = start
    while i < len(steps):
        if i in replies:
            i += _reply(writer, steps, i, replies[i])
        elif steps[i].kind == "function_result":
            i += _results(writer, steps, i)
        elif steps[i].kind == "function_call":
            i += _foreign_calls(writer, steps, i, replies, thoughts)
        else:
            writer.close_calls()
            writer.has_thought &= steps[i].kind != "user_input"
            writer.think(thoughts.get(i, ()))
            if i in asides:
                writer.invent(asides[i])
            writer.add(steps[i].wire)
            i += 1
    writer.close_calls()
    if not writer.steps or not _is_said_to_model(writer.steps[-1]):
        writer.invent(user_input([text_part(nudge)]).wire)
    return Composition(tuple(writer.steps), tuple(writer.synthetic), tuple(writer.ends))


def _opens_with_call(steps: Sequence[Step], replies: Replies) -> bool:
    """Whether the model would call before anything was said to it, which is refused."""
    for i, step in enumerate(steps):
        if step.kind in {"user_input", "function_result"}:
            return False
        said = replies[i][0].held if i in replies else (step.wire,)
        if any(each.get("type") == "function_call" for each in said):
            return True
    return False


def _is_said_to_model(step: JsonObject) -> bool:
    return step.get("type") in {"user_input", "function_result"}


def compose_as_text(
    steps: Sequence[Step], *, nudge: str = DEFAULT_NUDGE, asides: Asides = NO_ASIDES
) -> Composition:
    """Write a list as text and media only, which no server has cause to refuse.

    Calls and results become sentences; nothing needs a signature or a partner.
    """
    plain: list[JsonObject] = []
    told: list[int] = []
    for i, step in enumerate(steps):
        if i in asides:
            told.append(len(plain))
            plain.append(asides[i])
        if step.kind in {"function_call", "function_result"}:
            told.append(len(plain))
            plain.append(as_text(step.wire))
        else:
            plain.append(step.wire)
    if not plain or plain[-1].get("type") != "user_input":
        told.append(len(plain))
        plain.append(user_input([text_part(nudge)]).wire)
    return Composition(tuple(plain), tuple(told))


def _after_reply(writer: _Writer, record: InteractionRecord, agreed: Agreement) -> None:
    writer.open_calls = pending_calls(record.held) or dict.fromkeys(
        record.form.call_ids, ""
    )
    for result in record.local_results:
        writer.invent(result)
        writer.open_calls.pop(str(result.get("call_id")), None)
    if agreed.remainder is not None:
        writer.add(agreed.remainder.wire)


def _reply(
    writer: _Writer,
    steps: Sequence[Step],
    start: int,
    reply: tuple[InteractionRecord, Agreement],
) -> int:
    record, agreed = reply
    writer.close_calls()
    writer.has_thought = False
    for step in rehydrate(record.held, steps[start : start + agreed.consumed]):
        writer.add(step)
    writer.ends.append((len(writer.steps), record))
    _after_reply(writer, record, agreed)
    return agreed.consumed


def _results(writer: _Writer, steps: Sequence[Step], start: int) -> int:
    """Write a run of results: those that answer open calls first."""
    end = start
    writer.has_thought = False
    strays: list[Step] = []
    while end < len(steps) and steps[end].kind == "function_result":
        if not writer.answer(steps[end].wire):
            strays.append(steps[end])
        end += 1
    writer.close_calls()
    for stray in strays:
        writer.invent(as_text(stray.wire))
    return end - start


def _foreign_calls(
    writer: _Writer,
    steps: Sequence[Step],
    start: int,
    replies: Replies,
    thoughts: Thoughts,
) -> int:
    """Write a run of calls that no recorded reply holds."""
    writer.close_calls()
    if not thoughts.get(start) and not writer.has_thought:
        writer.invent({"type": "thought", "signature": BYPASS_SIGNATURE})
    end = start
    while (
        end < len(steps) and end not in replies and steps[end].kind == "function_call"
    ):
        wire = steps[end].wire
        writer.think(thoughts.get(end, ()))
        writer.call(_with_object(wire))
        end += 1
    return end - start


def _named(result: JsonObject, name: str) -> JsonObject:
    """Name a result after its call, for frameworks that drop the name."""
    if "name" in result or not name:
        return result
    return {**result, "name": name}


def _with_object(call: JsonObject) -> JsonObject:
    """Wrap arguments that are not an object: the API takes nothing else."""
    if isinstance(call["arguments"], Mapping):
        return call
    return {**call, "arguments": {"arguments": call["arguments"]}}

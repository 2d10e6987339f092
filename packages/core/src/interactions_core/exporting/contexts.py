"""A conversation as the server held it: its steps, and where each came from. Pure."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, cast

from interactions_core.canonical import JsonObject
from interactions_core.exporting.blocks import blocks_of, settings_of
from interactions_core.exporting.losses import Loss
from interactions_core.records.conversations import Content
from interactions_core.records.outlines import keyed_mark
from interactions_core.transcript.parts import Part, part_from_wire
from interactions_core.transcript.steps import Step, function_result

Origin = Literal["sent", "held"]


@dataclass(frozen=True, slots=True)
class ContextStep:
    """A step of a conversation.

    Attributes:
        wire: The step as it was sent or received.
        origin: `sent` for input, `held` for an answer.
        is_synthetic: Whether it is in no list of a framework.
        has_own_name: Whether the list named the function of a result itself; else the
            name was put there because the API wants one.
    """

    wire: JsonObject
    origin: Origin = "sent"
    is_synthetic: bool = False
    has_own_name: bool = True

    @property
    def kind(self) -> str:
        """The step's `type` on the wire."""
        return str(self.wire.get("type"))


@dataclass(frozen=True, slots=True)
class Context:
    """A conversation, oldest step first.

    Attributes:
        steps: What was said.
        losses: What the store does not have of it.
    """

    steps: tuple[ContextStep, ...]
    losses: tuple[Loss, ...] = field(default=())

    @property
    def synthetic(self) -> list[int]:
        """Indexes of steps that are in no list of a framework."""
        return [i for i, step in enumerate(self.steps) if step.is_synthetic]


def with_own_names(context: Context, marks: Container[bytes], secret: bytes) -> Context:
    """Tell which results a list named itself, by the marks of its steps.

    Args:
        context: The conversation.
        marks: The keyed marks of the list that asked last, and of its answer.
        secret: What the store keys marks with.
    """
    return replace(
        context, steps=tuple(_named(step, marks, secret) for step in context.steps)
    )


def context_of(
    contents: Iterable[Content],
    results: Sequence[JsonObject] = (),
    losses: Iterable[Loss] = (),
) -> Context:
    """Put the turns of a conversation together.

    Args:
        contents: What was said in each turn, the oldest first.
        results: Results that were answered locally after the last one.
        losses: What the store does not have.
    """
    steps = [step for content in contents for step in _steps(content)]
    steps += [ContextStep(result) for result in results]
    return Context(tuple(steps), tuple(losses))


def _named(step: ContextStep, marks: Container[bytes], secret: bytes) -> ContextStep:
    if step.kind != "function_result" or not step.wire.get("name"):
        return step
    named = _result_step(step.wire, str(step.wire["name"])).mark
    nameless = _result_step(step.wire, "").mark
    has_own_name = (
        keyed_mark(named, secret) in marks or keyed_mark(nameless, secret) not in marks
    )
    return replace(step, has_own_name=has_own_name)


def _result_step(wire: JsonObject, name: str) -> Step:
    """Make the step of a result again, as a list has it that gives it this name."""
    value = wire.get("result")
    if isinstance(value, list | tuple):
        value = [_part(block) for block in blocks_of(value)]
    elif not isinstance(value, str | Mapping):
        value = str(value)
    is_error = bool(wire.get("is_error"))
    return function_result(str(wire.get("call_id")), name, value, is_error=is_error)


def _part(block: JsonObject) -> Part:
    """Read a block as adapters do: how a medium is looked at is a part of it."""
    part, settings = part_from_wire(block), settings_of(block)
    if not settings:
        return part
    return replace(part, identity={**cast("JsonObject", part.identity), **settings})


def _steps(content: Content) -> Iterator[ContextStep]:
    for i, wire in enumerate(content.sent):
        yield ContextStep(wire, "sent", i in content.synthetic)
    for wire in content.held:
        yield ContextStep(wire, "held")

"""A conversation as the server held it: its steps, and where each came from. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from interactions_core.canonical import JsonObject
from interactions_core.exporting.losses import Loss
from interactions_core.records.conversations import Content

Origin = Literal["sent", "held"]


@dataclass(frozen=True, slots=True)
class ContextStep:
    """A step of a conversation.

    Attributes:
        wire: The step as it was sent or received.
        origin: `sent` for input, `held` for an answer.
        is_synthetic: Whether it is in no list of a framework.
    """

    wire: JsonObject
    origin: Origin = "sent"
    is_synthetic: bool = False

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


def _steps(content: Content) -> Iterator[ContextStep]:
    for i, wire in enumerate(content.sent):
        yield ContextStep(wire, "sent", i in content.synthetic)
    for wire in content.held:
        yield ContextStep(wire, "held")

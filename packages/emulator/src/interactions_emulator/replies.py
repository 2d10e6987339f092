"""What is to be answered, before it takes the API's form."""

from dataclasses import dataclass, field
from typing import Any

from interactions_emulator.payloads import JsonObject, Step


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """A function the caller is to run."""

    name: str
    arguments: JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer by the script or by the default answerer."""

    text: str | None = None
    calls: tuple[FunctionCall, ...] = ()
    thinking: bool = True
    """Whether tokens go to thinking; without, the signature is a placeholder."""
    thought: str | None = None
    """Summary shown whether or not summaries were asked for."""
    status: str | None = None
    """Overrides the status that follows from the steps."""
    steps: tuple[Step, ...] | None = None
    """Raw steps in place of text and calls."""
    errors: list[Any] = field(default_factory=list[Any])
    """Details of a failed interaction."""
    hops: int = 0
    """How often to stop with `requires_continuation` before the end."""
    delay_s: float = 0.0
    """Pause before the answer begins."""
    delta_delay_s: float = 0.0
    """Pause before each delta of a stream."""

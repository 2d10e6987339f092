"""What is to be answered, before it takes the API's form."""

from dataclasses import dataclass, field
from typing import Any

from interactions_emulator.base.payloads import JsonObject, Step
from interactions_emulator.reply.server_tools import ServerToolUse


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
    server_tools: tuple[ServerToolUse, ...] = ()
    """What the server's own tools did before the answer."""
    citations: tuple[JsonObject, ...] = ()
    """Sources of the text; each may name the words it stands behind."""
    media: tuple[JsonObject, ...] = ()
    """Pictures and sounds after the text, as content."""
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
    arguments_chars: int = 0
    """Size of the fragments that stream a call's arguments; 0 is one whole delta."""
    is_limited: bool = True
    """Whether the request's limits still have to be applied."""
    delay_s: float = 0.0
    """Pause before the answer begins."""
    wait_s: float | None = None
    """How long the work takes on the emulator's clock; in the background first."""
    delta_delay_s: float = 0.0
    """Pause before each delta of a stream."""

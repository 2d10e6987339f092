"""What a form of a conversation could not carry, or carries otherwise. Pure values."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Final, Literal

LossKind = Literal[
    "branch",
    "earlier_turns",
    "system_instruction",
    "content",
    "thought",
    "signature",
    "server_tool",
    "unknown_step",
    "synthetic",
    "as_text",
    "unanswered_call",
    "stray_result",
    "citations",
    "media_settings",
    "field",
    "order",
    "media",
    "media_data",
    "moved",
    "error_flag",
    "structured_result",
    "arguments",
    "name",
    "call_id",
    "boundary",
    "empty_text",
    "opening",
]

LOSSES: Final[dict[LossKind, str]] = {
    "branch": "an answer that is on another branch",
    "earlier_turns": "what came before the first turn that the store has",
    "system_instruction": "the system instruction: a store keeps a mark of it, no text",
    "content": "all that was said: the store keeps lengths only",
    "thought": "a thought and its signature",
    "signature": "a signature of a step that is no thought",
    "server_tool": "what a tool on the server did",
    "unknown_step": "a step of a kind that this version does not know",
    "synthetic": "what was sent beside the list, to have the API take it",
    "as_text": "a call or a result that was sent as words",
    "unanswered_call": "a call that was never answered: an error stands for the result",
    "stray_result": "a result without its call: it stands as words of the user",
    "citations": "what a text cites",
    "media_settings": "how the API was to look at a medium",
    "field": "another key of a step or a block",
    "order": "that the model said something after a call: it stands before it",
    "media": "a medium: its type, size and hash stand in its place",
    "media_data": "the bytes of a medium: their number and hash stand in their place",
    "moved": "where a medium stood: it is in the message behind",
    "error_flag": "that a function failed: its result says what it says",
    "structured_result": "that a result was an object: it is JSON in a text",
    "arguments": "arguments that are no object: they are wrapped in one",
    "name": "the name of a function: it has another one",
    "call_id": "the id of a call: it has another one",
    "boundary": "that two messages followed each other: they are one",
    "empty_text": "an empty text",
    "opening": "that the model spoke first: a user's message stands before it",
}
"""Every kind, and what is lost."""


@dataclass(frozen=True, slots=True)
class Loss:
    """One thing that was not carried.

    Attributes:
        kind: A word of `LOSSES`.
        where: `step 3` of the conversation, or another place in words.
        why: What it was, and what became of it.
    """

    kind: LossKind
    where: str
    why: str = ""

    def as_json(self) -> dict[str, str]:
        """Return the loss as it stands in a line."""
        return {**asdict(self), "why": self.why or LOSSES[self.kind]}


def loss_at(kind: LossKind, step: int, why: str = "") -> Loss:
    """Name what was lost of a step, which is counted from 1."""
    return Loss(kind, f"step {step}", why)


def counted(losses: Iterable[Loss]) -> dict[str, int]:
    """Count losses by kind, the most frequent first."""
    return dict(Counter(loss.kind for loss in losses).most_common())

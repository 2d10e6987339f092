"""Whether a message list repeats a reply that was recorded.

Pure. The rules are those of the three frameworks as measured: messages come back
equal, with the text beside calls dropped, answered locally, or with an observation
glued on. Whatever else comes back does not agree.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from interactions_core.records.interactions import InteractionRecord, text_hash
from interactions_core.transcript.parts import text_part
from interactions_core.transcript.steps import Step, user_input

GLUE: Final = "\nObservation:"
"""What CrewAI's text loop appends to the assistant's message, before the result."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How a list repeats a reply.

    Attributes:
        consumed: How many steps of the list the reply accounts for.
        chars: How much text of the list it accounts for.
        by_calls: Whether call ids matched, which no other interaction issued.
        remainder: What the framework glued on, as a step of its own.
        local: Whether the list shows what was handed on instead of the reply.
    """

    consumed: int
    chars: int = 0
    by_calls: bool = False
    remainder: Step | None = None
    local: bool = False


def agreement(
    record: InteractionRecord, following: Sequence[Step], *, glued: bool
) -> Agreement | None:
    """Compare what follows a prefix with the reply to that prefix.

    Args:
        record: The answer to the prefix.
        following: The rest of the list.
        glued: Whether the framework glues observations to replies.

    Returns:
        How they agree, or `None` if the list says something else.
    """
    form = record.form
    if record.returned is not None:
        if record.local_results and _starts(following, record.returned):
            return Agreement(len(record.returned), local=True)
        return None
    if _starts(following, form.marks):
        return Agreement(len(form.marks), form.text_chars, bool(form.calls))
    if _starts(following, record.noted):
        return Agreement(len(record.noted), form.text_chars, local=True)
    if _starts(following, form.calls):
        return Agreement(len(form.calls), by_calls=True)
    return _glued(record, following) if glued else None


def _starts(following: Sequence[Step], marks: Sequence[bytes]) -> bool:
    return (
        bool(marks)
        and len(following) >= len(marks)
        and all(step.mark == mark for step, mark in zip(following, marks, strict=False))
    )


def _glued(record: InteractionRecord, following: Sequence[Step]) -> Agreement | None:
    form = record.form
    if not form.only_text or not following:
        return None
    text = _only_text(following[0])
    if text is None or not text.startswith(GLUE, form.text_chars):
        return None
    if text_hash(text[: form.text_chars]) != form.text_sha256:
        return None
    rest = user_input([text_part(text[form.text_chars :])])
    return Agreement(1, form.text_chars, remainder=rest)


def _only_text(step: Step) -> str | None:
    content = step.wire.get("content")
    if step.kind != "model_output" or not isinstance(content, list):
        return None
    texts = [
        block.get("text") if isinstance(block, dict) else None for block in content
    ]
    if len(texts) != 1 or not isinstance(texts[0], str):
        return None
    return texts[0]

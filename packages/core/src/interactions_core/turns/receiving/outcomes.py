"""What an answer amounts to.

Pure. An unknown status fails closed. An answer with nothing in it is an error, or the
caller's to return; one that was cut, blocked or spent on thoughts is an error always.
"""

from typing import Final

from interactions_core.canonical import JsonObject
from interactions_core.exceptions import EmptyReplyError, OutcomeError
from interactions_core.protocol.blocking import blocked_by
from interactions_core.protocol.statuses import status_of
from interactions_core.transcript.replies import says_something
from interactions_core.transcript.streaming import event_error

_NOTHING: Final = "the model gave neither text nor calls; ask again or rephrase"

_UNTOLD: Final = "ask again later: it is read by its id then, and nothing is created"


def is_pending(interaction: JsonObject) -> bool:
    """Tell whether an answer is still being made; one that says nothing of it is."""
    return status_of(interaction.get("status") or "in_progress").is_pending


def outcome_error(
    interaction: JsonObject,
    steps: tuple[JsonObject, ...],
    *,
    returns_empty: bool = False,
) -> OutcomeError | None:
    """Return the error that an answer amounts to, or `None` for a usable one.

    Args:
        interaction: The answer's body.
        steps: Its steps.
        returns_empty: Whether an answer with nothing in it is usable.
    """
    error = _error(interaction, steps, returns_empty=returns_empty)
    if error is not None:
        error.blocked_by = blocked_by(interaction, steps)
    return error


def _error(
    interaction: JsonObject, steps: tuple[JsonObject, ...], *, returns_empty: bool
) -> OutcomeError | None:
    word = str(interaction.get("status") or "")
    name = str(interaction.get("id") or "")
    status = status_of(word)
    said = event_error({**interaction, "steps": [*steps]})
    if status.error is not None:
        quoted = said if status.finish == "error" else ""
        why = status.why if word else _UNTOLD
        return status.error(name, word, quoted or why)
    if says_something(steps):
        return None
    reason = status.why or _why_empty(steps, said)
    if returns_empty and reason == _NOTHING:
        return None
    return EmptyReplyError(name, word, reason)


def _why_empty(steps: tuple[JsonObject, ...], said: str) -> str:
    if said:
        return f"the API gave no content: {said}"
    if _only_thought(steps):
        return "the model thought and said nothing; ask again or rephrase"
    return _NOTHING


def _only_thought(steps: tuple[JsonObject, ...]) -> bool:
    """Tell thoughts alone from the signature that comes beside an empty text."""
    thoughts = [step for step in steps if step.get("type") == "thought"]
    spoke = any(step.get("type") == "model_output" for step in steps)
    return any(step.get("summary") for step in thoughts) or bool(thoughts and not spoke)

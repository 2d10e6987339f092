"""What each status means for the caller.

Pure. An unknown status fails closed. An answer with nothing in it is an error, or the
caller's to return; one that was cut, blocked or spent on thoughts is an error always.
"""

from typing import Final

from interactions_core.canonical import JsonObject
from interactions_core.exceptions import (
    EmptyReplyError,
    JobCancelledError,
    JobFailedError,
    OutcomeError,
    UnknownStatusError,
)
from interactions_core.steps import says_something
from interactions_core.streaming import event_error

ANSWERED: Final = frozenset({"completed", "requires_action", "incomplete", "idle"})
FAILED: Final = frozenset({"failed", "budget_exceeded"})
PENDING: Final = frozenset({"queued", "in_progress"})

_NOTHING: Final = "the model gave neither text nor calls; ask again or rephrase"


def is_pending(interaction: JsonObject) -> bool:
    """Tell whether a run goes on; one that says nothing of it is taken to."""
    return (interaction.get("status") or "in_progress") in PENDING


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
    status = str(interaction.get("status"))
    name = str(interaction.get("id") or "")
    said = event_error({**interaction, "steps": [*steps]})
    if status in ANSWERED:
        if says_something(steps):
            return None
        reason = _why_empty(status, steps, said)
        if returns_empty and reason == _NOTHING:
            return None
        return EmptyReplyError(name, status, reason)
    if status in FAILED:
        return JobFailedError(name, status, said or "the API gave no reason")
    if status == "cancelled":
        return JobCancelledError(name, status, "somebody cancelled it on the server")
    return UnknownStatusError(name, status, _why_unknown(status))


def _why_unknown(status: str) -> str:
    if status in PENDING:
        return "the API still works on it although it was asked in the foreground"
    if status == "requires_continuation":
        return "the API wants it continued, but gives no new token to do that with"
    return "this version does not know the status; read the interaction by its id"


def _why_empty(status: str, steps: tuple[JsonObject, ...], said: str) -> str:
    if status == "incomplete":
        return "the output budget was spent on thoughts; raise max_output_tokens"
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

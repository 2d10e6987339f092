"""What each status means for the caller.

Pure. An unknown status fails closed; nothing is ever answered with an empty string.
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


def is_pending(interaction: JsonObject) -> bool:
    """Tell whether a run goes on; one that says nothing of it is taken to."""
    return (interaction.get("status") or "in_progress") in PENDING


def outcome_error(
    interaction: JsonObject, steps: tuple[JsonObject, ...]
) -> OutcomeError | None:
    """Return the error that an answer amounts to, or `None` for a usable one.

    Args:
        interaction: The answer's body.
        steps: Its steps.
    """
    status = str(interaction.get("status"))
    name = str(interaction.get("id") or "")
    if status in ANSWERED:
        if says_something(steps):
            return None
        return EmptyReplyError(name, status, _why_empty(status))
    said = event_error(interaction)
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


def _why_empty(status: str) -> str:
    if status == "incomplete":
        return "the output budget was spent on thoughts; raise max_output_tokens"
    return "the model gave neither text nor calls; ask again or rephrase"

"""Read a stored interaction whose answer did not arrive whole.

Whoever sends the create again pays again. The interaction is read by its id first,
for as long as it may still be coming.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from interactions_core.canonical import Json, JsonObject
from interactions_core.exceptions import (
    AuthenticationError,
    NotFoundError,
    RequestError,
)
from interactions_core.protocol.retries import FRESH_WAIT_S, wait_s
from interactions_core.protocol.statuses import status_of
from interactions_core.turns.effects import Flow, fetch, sleep
from interactions_core.turns.receiving.outcomes import is_pending

READ_BACK_S: Final = 30.0
"""How long an interaction is waited for that still works or cannot be read."""

_FORBIDDEN: Final = 403


@dataclass(frozen=True, slots=True)
class Found:
    """What the service says of an interaction.

    Attributes:
        interaction: As it was read last; empty if it never was.
        is_unknown: Whether the service has no such interaction.
    """

    interaction: JsonObject = field(default_factory=dict[str, Json])
    is_unknown: bool = False

    @property
    def status(self) -> str:
        """Its status; "" if that is not known."""
        return str(self.interaction.get("status") or "")

    @property
    def is_over(self) -> bool:
        """Whether it has come to its end, whatever that is."""
        return not is_pending(self.interaction)


def is_whole(interaction: JsonObject) -> bool:
    """Tell whether an answer says how it ended, in the shape that the API gives it.

    What lies between the API and us may have changed it, or cut it. API: an answer
    without steps was recorded that ended as `incomplete`, and none that came to an end
    of its own.
    """
    usage: Json = interaction.get("usage", {})
    tokens = usage.get("total_tokens", 0) if isinstance(usage, Mapping) else None
    stopped = status_of(interaction.get("status")).finish == "stop"
    steps = interaction.get("steps", None if stopped else [])
    has_steps = isinstance(steps, list) and all(isinstance(s, Mapping) for s in steps)
    return has_steps and isinstance(tokens, int) and not is_pending(interaction)


def read_back(interaction_id: str) -> Flow[Found]:
    """Read an interaction that was just made, again until it is over.

    An id that is only just made may not be known everywhere yet, so that a 404 is
    believed after ten seconds (`FRESH_WAIT_S`) only.
    """
    found, waited_s, reads = Found(), 0.0, 0
    while True:
        asked_s = None
        try:
            found = Found((yield from fetch(interaction_id)))
        except RequestError as error:
            if not _may_pass(error):
                return found
            asked_s = error.retry_after_s
            found = Found(found.interaction, isinstance(error, NotFoundError))
        limit_s = FRESH_WAIT_S if found.is_unknown else READ_BACK_S
        if (found.is_over and not found.is_unknown) or waited_s >= limit_s:
            return found
        reads += 1
        pause_s = min(wait_s(reads, asked_s, 1.0), limit_s - waited_s)
        yield from sleep(pause_s)
        waited_s += pause_s


def _may_pass(error: RequestError) -> bool:
    """Tell whether a read that failed says nothing of the interaction."""
    if isinstance(error, AuthenticationError):
        # Recorded for interactions that could be read a little later.
        return error.status_code == _FORBIDDEN
    return error.retryable or isinstance(error, NotFoundError)

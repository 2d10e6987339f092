"""What each status of an interaction means here: the emulator's one table of them.

Sources are google-genai's list of statuses and the API's pages; that one may chain on
`idle`, which waits for nothing more, is a choice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What a status means.

    Attributes:
        is_running: Whether the server still works on it.
        is_parent: Whether another interaction may be chained on it.
        event: What webhooks are told when a run ends so; "" for nothing. As in
            streams, a cut-off answer counts as completed.
    """

    is_running: bool = False
    is_parent: bool = False
    event: str = ""


STATUSES: Final[Mapping[str, Status]] = {
    "queued": Status(is_running=True),
    "in_progress": Status(is_running=True),
    "completed": Status(is_parent=True, event="interaction.completed"),
    "requires_action": Status(is_parent=True, event="interaction.requires_action"),
    "idle": Status(is_parent=True),
    "incomplete": Status(is_parent=True, event="interaction.completed"),
    "budget_exceeded": Status(is_parent=True, event="interaction.completed"),
    "requires_continuation": Status(is_parent=True),
    "failed": Status(event="interaction.failed"),
    "cancelled": Status(event="interaction.cancelled"),
}


def meaning_of(status: str) -> Status:
    """Return what a status means; one that a script made up means nothing."""
    return STATUSES.get(status, Status())

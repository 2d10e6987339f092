"""What each status of an interaction means: the one table of them.

Pure data. Sets of words, SQL and finish reasons are made of it; no other module
decides anything by a status's word.

`idle` is google-genai 3.5's: "The server has completed all processing and background
reasoning", which the SDK recommends in place of `requires_action`. Nothing more comes
by itself, so it is an answer, and what it waits for is in its pending calls.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from interactions_core.exceptions import (
    JobCancelledError,
    JobFailedError,
    OutcomeError,
    UnknownStatusError,
)

Finish = Literal["stop", "length", "error"]
"""Why a model stopped, in the words that most frameworks share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What a status means.

    Attributes:
        is_pending: Whether the server still works on what was asked.
        ends_run: Whether a run in the background that says so is over.
        is_parent: Whether another interaction may be chained on it.
        error: What an answer amounts to that says so; `None` for a usable one.
        finish: Why the model stopped; `None` where it has not.
        may_work_again: Whether asking the same again may help where it is an error.
        event: Whether a webhook announces it, as `interaction.STATUS`.
        why: What the error says where the API says nothing; of a usable one, what it
            is that an answer without content has come to.
    """

    is_pending: bool = False
    ends_run: bool = True
    is_parent: bool = False
    error: type[OutcomeError] | None = None
    finish: Finish | None = None
    may_work_again: bool = True
    event: bool = False
    why: str = ""


_WORKS: Final = Status(
    is_pending=True,
    ends_run=False,
    error=UnknownStatusError,
    why="the API still works on it although it was asked in the foreground",
)

STATUSES: Final[Mapping[str, Status]] = {
    "queued": _WORKS,
    "in_progress": _WORKS,
    "completed": Status(is_parent=True, finish="stop", event=True),
    "requires_action": Status(is_parent=True, finish="stop", event=True),
    "idle": Status(is_parent=True, finish="stop"),
    "incomplete": Status(
        is_parent=True,
        finish="length",
        may_work_again=False,
        why="the output budget was spent on thoughts; raise max_output_tokens",
    ),
    # The hop is over; of a run in the background the server makes the next itself.
    "requires_continuation": Status(
        ends_run=False,
        error=UnknownStatusError,
        why="the API wants it continued, but gives no new token to do that with",
    ),
    "failed": Status(
        error=JobFailedError,
        finish="error",
        event=True,
        why="the API gave no reason",
    ),
    "budget_exceeded": Status(
        error=JobFailedError,
        finish="error",
        may_work_again=False,
        why="the API gave no reason",
    ),
    "cancelled": Status(
        error=JobCancelledError,
        event=True,
        why="somebody cancelled it on the server",
    ),
}

_UNKNOWN: Final = Status(
    error=UnknownStatusError,
    why="this version does not know the status; read the interaction by its id",
)

RUNNING: Final = tuple(word for word, status in STATUSES.items() if not status.ends_run)
"""Words of a run that goes on."""

ENDED: Final = tuple(word for word, status in STATUSES.items() if status.ends_run)
"""Words of a run that is over."""

EVENTS: Final[Mapping[str, str]] = {
    f"interaction.{word}": word for word, status in STATUSES.items() if status.event
}
"""Statuses by the webhook event that announces them."""


def status_of(word: object) -> Status:
    """Return what a status means; an unknown one is over, and an error.

    Whatever a later version of the API means by it, nothing is handed on, or chained
    on, as an answer that may be none.
    """
    return STATUSES.get(str(word), _UNKNOWN)


def is_hop(word: object) -> bool:
    """Tell whether an answer that says so is only a part of one, to be continued."""
    status = status_of(word)
    return is_known(word) and not (status.is_pending or status.ends_run)


def goes_on(word: object) -> bool:
    """Tell whether a run in the background that was looked at is to be looked at again.

    One that says nothing, or says what this version does not know, is: most words
    that an API adds later are of runs that go on, and whoever leaves such a run loses
    an answer that is paid for. The run's deadline ends it in any case.
    """
    known = STATUSES.get(str(word))
    return known is None or not known.ends_run


def is_settled(word: object) -> bool:
    """Tell whether an answer that says so has come to something, good or bad.

    Of one that has not, nobody knows what it is: it may be read again.
    """
    return status_of(word).error is not UnknownStatusError


def is_known(word: object) -> bool:
    """Tell whether this version knows a status; one that is not said it need not."""
    return not word or str(word) in STATUSES

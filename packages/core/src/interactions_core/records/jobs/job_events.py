"""The history of a job: what became of it when, and who held it. Pure.

The row of a job says how it is; what it was before is gone with the next change. So
every change leaves words behind, which `events_between` chooses from the row as it was
and as it is.
"""

from dataclasses import dataclass, replace
from typing import Final, Literal

from interactions_core.records.jobs.job import INTENT, LEASE_S, Job

What = Literal[
    "last seen",
    "acquired",
    "intent",
    "submitted",
    "ended",
    "handed on",
    "released",
]
"""What became of a job, in the order in which one change has them."""

SEEN: Final = "last seen"
"""Whoever held the job is gone, and this is when the lease was last renewed; written
when somebody else takes it, since the next lease takes the place of that one. A watcher
holds a job until after its next look: of one this is when that look was due."""

ACQUIRED: Final = "acquired"
"""Somebody holds the job who did not hold it before; if it was not released, whoever
held it is gone."""

BEGUN: Final = "intent"
"""A create is about to be sent, for the first time or again. Whoever writes it down
holds the job from then on."""

SUBMITTED: Final = "submitted"
"""The run is known."""

ENDED: Final = "ended"
"""The run is over."""

HANDED_ON: Final = "handed on"
"""The framework has the result or the failure, or the job is done with otherwise."""

RELEASED: Final = "released"
"""Nobody holds the job any more."""


@dataclass(frozen=True, slots=True)
class JobEvent:
    """A word of a job's history.

    Attributes:
        at: When the row was changed, in epoch seconds; of `last seen` when it was
            changed before by whoever is gone.
        what: What became of the job.
        owner: Who held the job then, or gave it up with this; "" for nobody.
    """

    at: float
    what: What
    owner: str


def holder_of(job: Job) -> str:
    """Say who has not given a job up; "" for nobody. That may be somebody gone."""
    return job.owner if job.lease_until > 0 else ""


def events_between(before: Job | None, after: Job, at: float) -> list[JobEvent]:
    """Say what a change of a job's row means for its history.

    Args:
        before: The job as it was; `None` for a new one.
        after: The job as it is then.
        at: When that happens, in epoch seconds.

    Returns:
        None, one or several events, in the order in which they are told.
    """
    was = before or _unbegun(after)
    owner = holder_of(after) or holder_of(was)
    is_acquired = holder_of(after) not in {"", holder_of(was)}
    told: dict[What, bool] = {
        ACQUIRED: is_acquired,
        BEGUN: after.status == INTENT and (not before or was.status != INTENT),
        SUBMITTED: after.interaction_id not in {"", was.interaction_id},
        ENDED: after.is_over and not was.is_over,
        HANDED_ON: _is_done_with(after) and not _is_done_with(was),
        RELEASED: bool(holder_of(was)) and not holder_of(after),
    }
    seen: list[JobEvent] = []
    if is_acquired and holder_of(was):
        seen = [JobEvent(min(at, was.lease_until - LEASE_S), SEEN, holder_of(was))]
    return [
        *seen,
        *(JobEvent(at, what, owner) for what, is_told in told.items() if is_told),
    ]


def _unbegun(job: Job) -> Job:
    """Return a new job as it would have been before; its first owner held it."""
    return replace(
        job, status=INTENT, interaction_id="", handed_on_at=0.0, consumed_at=0.0
    )


def _is_done_with(job: Job) -> bool:
    return bool(job.handed_on_at or job.consumed_at)

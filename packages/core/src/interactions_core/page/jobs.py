"""Jobs in the background, as the page draws them: a bar, and who waited when. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from interactions_core.explaining.job_advice import advice_of
from interactions_core.page.axis import Axis
from interactions_core.process.owners import describe_owner
from interactions_core.records.jobs.job import LEASE_S, Job, has_failed, state_of
from interactions_core.records.jobs.job_events import (
    ACQUIRED,
    BEGUN,
    ENDED,
    RELEASED,
    SEEN,
    JobEvent,
    holder_of,
)
from interactions_core.records.jobs.job_standing import answered_at, held_at, trouble_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldJob:
    """A job, its history, and when both are told.

    Attributes:
        job: Without its content.
        events: Its history, the oldest first.
        now: Epoch seconds.
    """

    job: Job
    events: Sequence[JobEvent]
    now: float

    @property
    def span(self) -> tuple[float, float]:
        """From when to when its run took, in epoch seconds; until now while it is open."""
        begun = self.job.created_at
        return begun, max(begun, self._ended_at())

    @property
    def waits(self) -> list[tuple[float, float]]:
        """When somebody is known to have waited for it, from and to.

        Of a process that ended without giving it up that is until it was last seen; a
        history that does not say so has its first lease, as far as the next one did not
        take the job before.
        """
        begun, until = self.span
        found: list[tuple[float, float]] = []
        since: float | None = None
        for event in self.events:
            if event.what in {ACQUIRED, BEGUN} and since is None:
                since = event.at
            elif event.what == ACQUIRED and since is not None:
                found.append((since, min(event.at, since + LEASE_S)))
                since = event.at
            elif event.what in {SEEN, RELEASED, ENDED} and since is not None:
                found.append((since, event.at))
                since = None
        if since is not None:
            found.append((since, self._last_heard(since)))
        return [(max(begun, one), min(until, max(one, other))) for one, other in found]

    @property
    def times(self) -> list[float]:
        """All times that are drawn."""
        return [*self.span, *(at for wait in self.waits for at in wait)]

    def _last_heard(self, since: float) -> float:
        if not self.job.is_free(self.now):
            return self.now
        return max(since, self.job.lease_until - LEASE_S)

    def _ended_at(self) -> float:
        if not self.job.is_over:
            return self.now
        told = [each.at for each in self.events if each.what == ENDED]
        job = self.job
        return told[-1] if told else job.handed_on_at or job.updated_at


def job_json(told: ToldJob, axis: Axis) -> dict[str, object]:
    """Write a job, where it lies on the axis, and what became of it."""
    job, state = told.job, state_of(told.job, told.now)
    begun, until = told.span
    look = job.look
    failing = (look.failing_since, look.failure) if look is not None else (0.0, "")
    return {
        "key": job.key,
        "status": job.status,
        "state": state,
        "bad": has_failed(job),
        "target": job.target,
        "run": job.interaction_id,
        "at": begun,
        "until": until,
        "open": not job.is_over,
        "deadline": job.deadline_at,
        "trouble": trouble_of(job, told.now),
        "next": advice_of(job, told.now),
        "unclaimed": job.is_unclaimed and not job.is_failed,
        "answered": answered_at(job, told.events),
        "failing": [*failing] if failing[0] else None,
        "held": held_at(job, told.events, told.now),
        "attempts": job.attempts,
        "handed": job.handed_on_at,
        "holder": describe_owner(holder_of(job)) if holder_of(job) else "",
        "events": [
            [e.at, e.what, describe_owner(e.owner) if e.owner else ""]
            for e in told.events
        ],
        "x": [_place(axis, begun), _place(axis, until)],
        "waits": [[_place(axis, a), _place(axis, b)] for a, b in told.waits],
    }


def _place(axis: Axis, at: float) -> float:
    return round(axis.place(at), 1)

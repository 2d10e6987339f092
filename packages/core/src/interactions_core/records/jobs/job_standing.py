"""How a job stands: who was heard last, and what is wrong with it. Pure.

Whoever waits for a run and the server that works on it are two: a process that lives
says nothing of a run that the server has forgotten. So when each was heard last is told
apart, here for the commands, the page and the examination.
"""

from collections.abc import Sequence
from typing import Final, Literal

from interactions_core.protocol.agents import family_of
from interactions_core.records.jobs.job import LEASE_S, Job
from interactions_core.records.jobs.job_events import ENDED, SUBMITTED, JobEvent
from interactions_core.records.jobs.job_looks import UNKNOWN

FAILING_S: Final = 60.0
"""For how long looks may fail before that is told: the service does not know a run in
its first seconds, and an outage of a moment is none."""

_NEAR: Final = 0.1
"""The part of its time that a run has left when that is told."""

Trouble = Literal["", "unknown", "unread", "late"]
"""What is wrong with a run that should go on. `unknown`: the server has answered for a
minute or longer that there is no such run. `unread`: for as long, looks have failed
otherwise. `late`: its deadline is near or over, or it takes longer than its agent
should. "" for nothing."""


def trouble_of(job: Job, now: float) -> Trouble:
    """Say what is wrong with a run that is not over, whoever waits for it.

    Args:
        job: The job.
        now: Epoch seconds.
    """
    if not job.is_runnable or job.consumed_at:
        return ""
    look = job.look
    if look is not None and look.failing_since and now - look.failing_since > FAILING_S:
        return "unknown" if look.failure == UNKNOWN else "unread"
    return "late" if now >= late_at(job) else ""


def late_at(job: Job) -> float:
    """Return from when on a run takes too long, in epoch seconds."""
    near = job.deadline_at - _NEAR * max(0.0, job.deadline_at - job.created_at)
    kind, _, name = job.target.partition(":")
    family = family_of(name) if kind == "agent" else None
    if family is None or family.longest_s is None:
        return near
    return min(near, job.created_at + family.longest_s)


def answered_at(job: Job, events: Sequence[JobEvent]) -> float | None:
    """Return when the server last said anything of a run, in epoch seconds.

    Args:
        job: The job.
        events: Its history.

    Returns:
        `None` if that is not known.
    """
    told = [each.at for each in events if each.what in {SUBMITTED, ENDED}]
    if job.look is not None and job.look.answered_at:
        told.append(job.look.answered_at)
    return max(told, default=None)


def held_at(job: Job, events: Sequence[JobEvent], now: float) -> float:
    """Return when somebody last held a job, in epoch seconds; now if somebody does.

    Args:
        job: The job.
        events: Its history.
        now: Epoch seconds.
    """
    if not job.is_free(now):
        return now
    told = [each.at for each in events if each.owner]
    if job.lease_until:
        told.append(job.lease_until - LEASE_S)
    return min(now, max(told, default=job.updated_at))

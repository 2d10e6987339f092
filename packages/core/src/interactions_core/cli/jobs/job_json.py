"""Jobs as JSON; what is unknown is null. Pure."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

from interactions_core.cli.printing.job_words import ToldJob, next_text
from interactions_core.process.owners import is_alive

SCHEMA: Final = 1
"""Changes when a key goes, or changes its meaning."""


def jobs_json(found: Sequence[ToldJob], now: float) -> dict[str, object]:
    """Write a list of jobs as one JSON object."""
    return {"schema": SCHEMA, "now": now, "jobs": [job_json(each) for each in found]}


def shown_json(told: ToldJob) -> dict[str, object]:
    """Write one job as a JSON object of its own."""
    return {"schema": SCHEMA, "now": told.now, "job": job_json(told)}


def job_json(told: ToldJob) -> dict[str, object]:
    """Write a job without its content, keys in this order."""
    job, look = told.job, told.job.look
    return {
        "key": job.key,
        "status": job.status,
        "state": told.state,
        "trouble": told.trouble or None,
        "next": next_text(told),
        "unclaimed": job.is_unclaimed,
        "interaction_id": job.interaction_id or None,
        "target": job.target,
        "session_id": job.scope.session_id or None,
        "thread_id": job.scope.thread_id or None,
        "created_at": job.created_at,
        "updated_at": job.updated_at,
        "answered_at": told.answered_at,
        "failing_since": (look.failing_since or None) if look else None,
        "failure": (look.failure or None) if look else None,
        "held_at": told.held_at,
        "ended_at": told.ended_at or None,
        "deadline_at": job.deadline_at,
        "lease_until": job.lease_until or None,
        "owner": job.owner or None,
        "owner_alive": is_alive(job.owner) if job.owner else None,
        "attempts": job.attempts,
        "interrupts": job.interrupts,
        "handed_on_at": job.handed_on_at or None,
        "consumed_at": job.consumed_at or None,
        "forget_at": job.forget_at,
        "trace_id": job.trace.trace_id if job.trace else None,
        "events": [
            {**asdict(each), "owner": each.owner or None} for each in told.events
        ],
    }

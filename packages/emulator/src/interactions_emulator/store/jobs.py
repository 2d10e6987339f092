"""What becomes of background work as the clock moves on.

A run's outcome is fixed when it is created and rests in its record; only the clock
decides how much of it is seen. So a run finishes after a restart as well.
"""

from dataclasses import replace

from interactions_emulator.base.statuses import meaning_of
from interactions_emulator.reply.replies import Reply
from interactions_emulator.store.interactions import Interaction

NEVER = float("inf")
"""When the work of a stalled run is done."""


def timed(record: Interaction, reply: Reply, job_s: float) -> Interaction:
    """Set when the work begins and ends.

    Args:
        record: What was made.
        reply: Says how long the work takes, if a script did.
        job_s: How long it takes otherwise, and how long the deferred tier queues.
    """
    if not record.background:
        return replace(record, started_at=record.created_at)
    queued_s = job_s if record.service_tier == "deferred" else 0.0
    waited_s = reply.wait_s if reply.wait_s is not None else reply.delay_s or None
    work_s = job_s if waited_s is None else waited_s
    started = record.created_at + queued_s
    return replace(record, started_at=started, due_at=started + work_s)


def visible_at(record: Interaction, now: float) -> Interaction:
    """Return the interaction as a client may see it at that time."""
    status = _status(record, now)
    if status == record.status:
        return record
    return replace(
        record, status=status, steps=[], usage={}, errors=[], continuation_token=None
    )


def is_running(record: Interaction, now: float) -> bool:
    """Whether the work still goes on."""
    return meaning_of(_status(record, now)).is_running


def is_cancellable(record: Interaction, now: float) -> bool:
    """Whether a cancel has an effect.

    A deferred run may be cancelled also while it waits for results (docs).
    """
    waits = _status(record, now) == "requires_action"
    return is_running(record, now) or (waits and record.service_tier == "deferred")


def ends_at(record: Interaction) -> float:
    """Return when the interaction took, or takes, its last status."""
    if record.cancelled_at is not None:
        return record.cancelled_at
    return record.due_at if record.background else record.created_at


def _status(record: Interaction, now: float) -> str:
    if record.cancelled_at is not None:
        return "cancelled"
    if record.background and now < record.due_at:
        return "queued" if now < record.started_at else "in_progress"
    return record.status

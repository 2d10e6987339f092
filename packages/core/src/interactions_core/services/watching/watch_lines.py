"""What a watcher says: what it watches when it begins, and each change then."""

from collections.abc import Sequence
from typing import Final

from interactions_core.counted import counted
from interactions_core.logs import log_fields
from interactions_core.records.jobs.job import Job
from interactions_core.records.jobs.job_looks import UNKNOWN, Look
from interactions_core.services.running.telling import Write, tell

_NAMED: Final = 10
"""How many jobs are named that are taken at once; of more their number is told."""


def tell_begun(write: Write | None, owner: str, jobs: Sequence[Job], free: int) -> None:
    """Say what is watched.

    Args:
        write: Prints a line; `None` to have it logged.
        owner: Whose jobs.
        jobs: Those that are open.
        free: How many of them nobody waits for.
    """
    held = f", {len(jobs) - free} waited for elsewhere" if len(jobs) > free else ""
    said = f"{counted(len(jobs), 'open job')}, {free} that nobody waits for{held}"
    tell(write, f"watching the jobs of {owner}: {said}", log_fields("watch_begun"))


def tell_taken(write: Write | None, jobs: Sequence[Job]) -> None:
    """Say which jobs are watched from here on."""
    if len(jobs) > _NAMED:
        said = f"{counted(len(jobs), 'job')}: watched from here on"
        tell(write, said, log_fields("jobs_taken"))
        return
    for job in jobs:
        whose = f" of {job.scope.thread_id}" if job.scope.thread_id else ""
        said = f"{job.key}: watched from here on{whose}, {job.status} ({_run(job)})"
        tell(write, said, log_fields("jobs_taken", job.known))


def tell_over(write: Write | None, job: Job) -> None:
    """Say that a run is over."""
    fields = log_fields("job_over", job.known)
    tell(write, f"{job.key}: {job.status} ({_run(job)})", fields)


def tell_change(write: Write | None, before: Job, after: Job) -> None:
    """Say what a look at a run that goes on has changed; nothing for nothing."""
    said = _look_text(before.look, after.look)
    if said:
        ends = f"; interactions jobs cancel {after.key} gives it up"
        more = ends if after.look and after.look.failure == UNKNOWN else ""
        text = f"{after.key}: {said} ({_run(after)}){more}"
        tell(write, text, log_fields("run_looked_at", after.known))
    elif before.status != after.status:
        fields = log_fields("run_changed", after.known)
        tell(write, f"{after.key}: {after.status} ({_run(after)})", fields)


def _look_text(before: Look | None, after: Look | None) -> str:
    was, now = (look.failure if look else "" for look in (before, after))
    if was == now:
        return ""
    if not now:
        return "the server answers again"
    if now == UNKNOWN:
        return (
            "the server does not know it (404), and it is looked at until its deadline"
        )
    return f"it cannot be read ({now}), and is looked at until its deadline"


def _run(job: Job) -> str:
    return job.interaction_id

"""The `jobs` commands as functions: they take a store, and say what they did.

Nothing here parses arguments or opens stores; that is the command line's part.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from interactions_core.client.client import InteractionsClient
from interactions_core.counted import counted
from interactions_core.exceptions import UnknownJobError
from interactions_core.process.owners import is_watcher
from interactions_core.records.jobs import Job
from interactions_core.stores.protocols.sessions import SessionStore

Write = Callable[[str], object]
"""Prints one line."""

_NONE: Final = "no jobs"


def list_jobs(
    store: SessionStore,
    write: Write,
    *,
    now: float,
    thread_id: str | None = None,
    everything: bool = False,
) -> None:
    """Print a line for each job, oldest first.

    Args:
        store: Where they are.
        write: Prints a line.
        now: Epoch seconds.
        thread_id: Only of this thread.
        everything: Also those that were consumed.
    """
    jobs = store.list_jobs(thread_id=thread_id)
    shown = [job for job in jobs if everything or not job.consumed_at]
    for job in shown:
        where = job.scope.thread_id or job.scope.session_id or "-"
        run = job.interaction_id or "-"
        state = f"{job.status}{_state(job, now)}"
        write(f"{job.key}  {state}  {job.target}  {where}  {run}")
    if not shown:
        write(_NONE)


def show_job(store: SessionStore, write: Write, name: str, *, now: float) -> None:
    """Print everything that the ledger knows of a job, but for its content.

    Raises:
        UnknownJobError: No job goes by that name.
    """
    job = find_job(store, name)
    rows = {
        "job": job.key,
        "status": f"{job.status}{_state(job, now)}",
        "interaction": job.interaction_id or "not known",
        "target": job.target,
        "session": job.scope.session_id,
        "thread": job.scope.thread_id,
        "checkpoint": job.place.checkpoint_id if job.place else "",
        "creates": str(job.attempts),
        "interrupts": str(job.interrupts or ""),
        "begun": _time(job.created_at),
        "changed": _time(job.updated_at),
        "deadline": _time(job.deadline_at),
        "handed on": _time(job.handed_on_at),
        "consumed": _time(job.consumed_at),
        "kept until": _time(job.forget_at),
    }
    for name_, value in rows.items():
        if value:
            write(f"{name_ + ':':<13}{value}")


def cancel_job(
    store: SessionStore,
    client: InteractionsClient,
    write: Write,
    name: str,
    *,
    now: float,
) -> bool:
    """Cancel a job on the server, and note it.

    Whoever waits for it hears of it with the next look.

    Returns:
        Whether there was anything to cancel.

    Raises:
        UnknownJobError: No job goes by that name.
        RequestError: The API refused.
    """
    job = find_job(store, name)
    if not job.is_runnable:
        why = job.status if job.is_over else "its run is not known"
        write(f"{job.key}: nothing to cancel ({why})")
        return False
    client.cancel(job.interaction_id)
    store.note_status(job, "cancelled", now=now)
    write(f"{job.key}: cancelled {job.interaction_id}")
    return True


def clean_jobs(store: SessionStore, write: Write, *, now: float) -> int:
    """Forget the jobs whose time is over, and return how many."""
    number = store.clean_jobs(now)
    write(f"{counted(number, 'job')} forgotten")
    return number


def find_job(store: SessionStore, name: str) -> Job:
    """Return the job with a key or a run that begins like this.

    Raises:
        UnknownJobError: There is none, or more than one.
    """
    jobs = [
        job
        for job in store.list_jobs()
        if job.key.startswith(name) or job.interaction_id.startswith(name)
    ]
    exact = [job for job in jobs if name in {job.key, job.interaction_id}]
    found = exact or jobs
    if not name or len(found) != 1:
        raise UnknownJobError(name, len(found) if name else 0)
    return found[0]


def _state(job: Job, now: float) -> str:
    """Say in a word what becomes of a job next."""
    if job.consumed_at:
        return " (consumed)"
    if job.handed_on_at:
        return " (handed on)"
    if not job.is_free(now):
        return " (watched)" if is_watcher(job.owner) else " (waited for)"
    return " (suspended)" if job.interrupts else " (nobody waits)"


def _time(seconds: float) -> str:
    if not seconds:
        return ""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%SZ")

"""The `jobs` commands as functions: they take a store, and say what they did.

Nothing here parses arguments or opens stores; that is the command line's part.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from interactions_core.counted import counted
from interactions_core.exceptions import UnknownJobError
from interactions_core.records.jobs import Job
from interactions_core.stores.protocols.sessions import SessionStore

if TYPE_CHECKING:
    from interactions_core.client.client import InteractionsClient

Write = Callable[[str], object]
"""Prints one line."""


def cancel_job(
    store: SessionStore,
    client: "InteractionsClient",
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

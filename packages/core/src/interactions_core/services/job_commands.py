"""The `jobs` commands as functions: they take a store, and say what they did.

Nothing here parses arguments or opens stores; that is the command line's part.
"""

import shlex
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from interactions_core.counted import counted
from interactions_core.exceptions import UnknownJobError
from interactions_core.near_names import asked_back, near_names
from interactions_core.records.jobs import Job
from interactions_core.stores.protocols.sessions import SessionStore

if TYPE_CHECKING:
    from interactions_core.client.client import InteractionsClient

Write = Callable[[str], object]
"""Prints one line."""

_NAMED: Final = 3
"""How many jobs are named where several go by a name."""


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
    known = store.list_jobs()
    jobs = [
        job
        for job in known
        if job.key.startswith(name) or job.interaction_id.startswith(name)
    ]
    exact = [job for job in jobs if name in {job.key, job.interaction_id}]
    found = (exact or jobs) if name else []
    if len(found) != 1:
        raise UnknownJobError(name, len(found), hint=_hint(name, known, found))
    return found[0]


def _hint(name: str, known: Sequence[Job], found: Sequence[Job]) -> str:
    """Say which job may be meant by a name that none goes by, or several do."""
    if found:
        some = ", ".join(job.key for job in found[:_NAMED])
        return f"write more of it: {some}{', …' if len(found) > _NAMED else ''}"
    if name and any(job.scope.thread_id == name for job in known):
        listed = f"interactions jobs list --all --thread {shlex.quote(name)}"
        return f"a thread does: {listed}"
    keys = [each for job in known for each in (job.key, job.interaction_id)]
    return asked_back(near_names(name, keys)) if known else "this store has no jobs"

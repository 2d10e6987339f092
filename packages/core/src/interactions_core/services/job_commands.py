"""The `jobs` commands as functions: they take a store, and say what they did.

Nothing here parses arguments or opens stores; that is the command line's part.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from interactions_core.counted import counted
from interactions_core.exceptions import (
    NotFoundError,
    RequestError,
    UnknownJobError,
)
from interactions_core.explaining.job_advice import ask_again
from interactions_core.near_names import asked_back, near_names
from interactions_core.records.jobs.job import GONE, UNSETTLED_S, Job
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

    One that the server does not know is noted as gone: the service has answered 404 for
    runs that went on, so that the next call looks for it once more before another run
    is begun. Whoever waits for it hears of it with the next look.

    Returns:
        Whether there was anything to cancel.

    Raises:
        UnknownJobError: No job goes by that name.
        RequestError: The API refused, or does not know a run that may be there all the
            same: it is another owner's, or a few seconds old. The job is kept.
    """
    job = find_job_to_cancel(store, name)
    if not job.is_runnable:
        why = job.status if job.is_over else "its run is not known"
        write(f"{job.key}: nothing to cancel ({why})")
        return False
    try:
        client.cancel(job.interaction_id)
    except NotFoundError as error:
        return _give_up(store, client, write, job, error=error, now=now)
    except RequestError as error:
        _explain(error, job, "goes on, and the job is kept")
        raise
    store.note_status(job, "cancelled", now=now)
    write(f"{job.key}: cancelled {job.interaction_id}")
    return True


def _give_up(
    store: SessionStore,
    client: "InteractionsClient",
    write: Write,
    job: Job,
    *,
    error: NotFoundError,
    now: float,
) -> bool:
    """Note that a run is gone that the server does not know, nor to be cancelled."""
    whose = job.scope.credential
    if store.links_of([whose]).get(whose, whose) != client.owner(store).name:
        why = (
            f"is of {whose}, which is not this key's, and the job is kept: cancel it "
            "with a key of that owner"
        )
        _explain(error, job, why)
        raise error
    if now - job.created_at < UNSETTLED_S:
        why = "is too new to be given up, and the job is kept: try again in a minute"
        _explain(error, job, why)
        raise error
    store.note_status(job, GONE, now=now)
    write(f"{job.key}: the server does not know {job.interaction_id}; noted as gone")
    write(
        f"next: {ask_again(job)} looks for it once more, then does what on_lost_submit "
        "says; whoever waits for it hears of it with the next look"
    )
    return True


def _explain(error: RequestError, job: Job, what: str) -> None:
    """Say which run an error is about: the API's own words leave that open."""
    run = f"the run {job.interaction_id} of {job.key}"
    error.args = (f"{str(error).rstrip('.')}: {run} {what}.",)


def clean_jobs(store: SessionStore, write: Write, *, now: float) -> int:
    """Forget the jobs whose time is over, and return how many."""
    number = store.clean_jobs(now)
    write(f"{counted(number, 'job')} forgotten")
    return number


def find_job(store: SessionStore, name: str) -> Job:
    """Return the job with a key or a run that begins like this, or of a thread.

    Of a thread the only one that is not over is meant, or else the newest.

    Raises:
        UnknownJobError: There is none, or more than one.
    """
    return _find(store, name, _to_show)


def find_job_to_cancel(store: SessionStore, name: str) -> Job:
    """Return the job with a key or a run that begins like this, or of a thread.

    Of a thread the only one that may be cancelled is meant, and where none may, the
    newest.

    Raises:
        UnknownJobError: There is none, or more than one.
    """
    return _find(store, name, lambda own: _to_cancel(name, own))


def _find(
    store: SessionStore, name: str, choose: Callable[[Sequence[Job]], Job]
) -> Job:
    """Return the job of a name, or what is chosen of those of a thread, oldest first."""
    known = store.list_jobs()
    own = _jobs_of_thread(known, name)
    return choose(own) if own else _job_named(known, name)


def _to_show(own: Sequence[Job]) -> Job:
    unfinished = [job for job in own if not (job.is_over or job.consumed_at)]
    return unfinished[0] if len(unfinished) == 1 else own[-1]


def _to_cancel(name: str, own: Sequence[Job]) -> Job:
    runnable = [job for job in own if job.is_runnable]
    if len(runnable) > 1:
        some = ", ".join(f"{job.key} ({job.status})" for job in runnable)
        hint = f"cancel one of them: {some}"
        raise UnknownJobError(name, len(runnable), hint=hint)
    return runnable[0] if runnable else own[-1]


def _jobs_of_thread(known: Sequence[Job], name: str) -> list[Job]:
    """Return the jobs of a thread of that name, oldest first; none where a job has it."""
    if not name or any(name in {job.key, job.interaction_id} for job in known):
        return []
    return [job for job in known if job.scope.thread_id == name]


def _job_named(known: Sequence[Job], name: str) -> Job:
    """Return the job with a key or a run that begins like this.

    Raises:
        UnknownJobError: There is none, or more than one.
    """
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
    keys = [
        each
        for job in known
        for each in (job.key, job.interaction_id, job.scope.thread_id)
    ]
    return asked_back(near_names(name, keys)) if known else "this store has no jobs"

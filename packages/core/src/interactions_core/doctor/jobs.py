"""What the examination says of background jobs: whom they wait for, and what is wrong."""

from collections.abc import Iterator
from typing import Final

from interactions_core.doctor.checks import Check
from interactions_core.explaining.job_advice import WATCH, ask_again
from interactions_core.records.jobs.job import INTENT, LOST, Job
from interactions_core.records.jobs.job_standing import Trouble, trouble_of
from interactions_core.stores import SessionStore

_NAMED: Final = 3
"""How many jobs are named."""


def check_jobs(store: SessionStore, now: float) -> Iterator[Check]:
    """Name the jobs of a store that need somebody."""
    jobs = [job for job in store.list_jobs() if not job.consumed_at]
    free = [job for job in jobs if job.is_free(now) and not job.handed_on_at]
    waiting = [job for job in free if job.is_runnable]
    lost = [job for job in free if job.status in {INTENT, LOST}]
    if waiting:
        text = f"{len(waiting)} that nobody waits for: {_names(waiting)}"
        yield Check("jobs", "warn", text, WATCH)
    if lost:
        text = f"{len(lost)} whose create had no answer: {_names(lost, threads=True)}"
        fix = "The run may exist and be billed; the next call says so, or begins anew."
        yield Check("jobs", "fail", text, fix)
    told = [*_troubled(jobs, now), *_not_taken(jobs)]
    yield from told
    if jobs and not waiting and not lost and not told:
        yield Check("jobs", "ok", f"{len(jobs)}, none in trouble")


def _troubled(jobs: list[Job], now: float) -> Iterator[Check]:
    """Name the runs that something is wrong with, whoever waits for them."""
    words: dict[Trouble, str] = {
        "unknown": "that the server does not know",
        "unread": "that cannot be read from the server",
        "late": "that take longer than they should",
    }
    for trouble, text in words.items():
        found = [job for job in jobs if trouble_of(job, now) == trouble]
        if found:
            said = f"{len(found)} {text}: {_names(found, threads=True)}"
            yield Check("jobs", "warn", said, f"interactions jobs show {found[0].key}")


def _not_taken(jobs: list[Job]) -> Iterator[Check]:
    """Name the answers that are there, and by which call they are taken."""
    found = [job for job in jobs if job.is_unclaimed and not job.is_failed]
    for call, group in sorted(_by_call(found).items()):
        names = _names(group, threads=True)
        text = f"{len(group)} with an answer that nobody has taken: {names}"
        yield Check("jobs", "warn", text, f"{call} takes it")


def _by_call(jobs: list[Job]) -> dict[str, list[Job]]:
    found: dict[str, list[Job]] = {}
    for job in jobs:
        found.setdefault(ask_again(job), []).append(job)
    return found


def _names(jobs: list[Job], *, threads: bool = False) -> str:
    more = ", …" if len(jobs) > _NAMED else ""
    return ", ".join(_name(job, thread=threads) for job in jobs[:_NAMED]) + more


def _name(job: Job, *, thread: bool) -> str:
    has_thread = thread and job.scope.thread_id
    return f"{job.key} ({job.scope.thread_id})" if has_thread else job.key

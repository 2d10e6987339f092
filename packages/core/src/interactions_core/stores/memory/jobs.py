"""The ledger of jobs in this process, gone with it."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from interactions_core.records.erasures import Erasure
from interactions_core.records.interactions import Scope
from interactions_core.records.jobs.job import UNFINISHED, Job, merge_webhook_status
from interactions_core.records.jobs.job_events import JobEvent, events_between
from interactions_core.records.jobs.job_looks import Look
from interactions_core.records.mirror import Mirror
from interactions_core.records.names import check_names
from interactions_core.records.turn import GraphPosition
from interactions_core.stores.memory.deletions import MemoryDeletionMixin
from interactions_core.stores.sql.jobs.job_rows import without_content

_MOST_JOBS: Final = 10_000
"""Jobs that are kept before the oldest go."""


class MemoryJobMixin(MemoryDeletionMixin):
    """The job methods of a store in memory; one lock, held for an instant."""

    mirror: Mirror

    def __init__(self) -> None:
        super().__init__()
        self._jobs: dict[str, Job] = {}
        self._job_events: dict[str, list[JobEvent]] = {}

    def add_job(self, job: Job, *, began: bytes | None = None) -> bool:
        """Keep a new job, and forget those whose time is over."""
        self.clean_jobs(job.created_at)
        none = Erasure(job.scope.credential, "")
        with self._lock:
            if began is not None and self._note_late(job.scope.thread_id, began, none):
                return False
            self._keep_job(self._reduced(job), job.created_at)
            while len(self._jobs) > _MOST_JOBS:
                self._forget_job(next(iter(self._jobs)))
        return True

    def get_job(self, key: str) -> Job | None:
        """Return one job."""
        return self._jobs.get(key)

    def find_jobs(
        self, scope: Scope, call_digest: bytes, place: GraphPosition | None = None
    ) -> list[Job]:
        """Return the jobs of a call, and of a task, that were not consumed."""
        with self._lock:
            return [
                job
                for job in self._jobs.values()
                if (job.call_digest == call_digest or _is_of_task(job, place))
                and job.scope == scope
                and not job.consumed_at
            ]

    def list_jobs(
        self,
        *,
        thread_id: str | None = None,
        interaction_id: str | None = None,
        statuses: Collection[str] = (),
        waiting: bool = False,
    ) -> list[Job]:
        """Return jobs, oldest first, without their content."""
        check_names(thread_id=thread_id)
        with self._lock:
            jobs = list(self._jobs.values())
        return [
            replace(job, plan={}, result={})
            for job in jobs
            if thread_id in {None, job.scope.thread_id}
            and interaction_id in {None, job.interaction_id}
            and (not statuses or job.status in statuses)
            and (not waiting or job.is_waited_for_by_a_graph)
        ]

    def take_job(self, seen: Job, owner: str, *, now: float, until: float) -> bool:
        """Take the lease of a job, if it is as it was seen."""
        with self._lock:
            job = self._jobs.get(seen.key)
            if job is None or job.consumed_at:
                return False
            if (job.owner, job.lease_until) != (seen.owner, seen.lease_until):
                return False
            taken = replace(job, owner=owner, lease_until=until, updated_at=now)
            self._keep_job(taken, now)
            return True

    def renew_job(
        self,
        key: str,
        owner: str,
        *,
        now: float,
        until: float,
        look: Look | None = None,
    ) -> bool:
        """Hold a job for longer, or no longer."""
        with self._lock:
            job = self._jobs.get(key)
            if job is None or job.owner != owner:
                return False
            self._keep_job(replace(job, lease_until=until, look=look or job.look), now)
            return True

    def update_job(self, job: Job) -> bool:
        """Write a job down as it is, if `job.owner` still holds it."""
        with self._lock:
            before = self._jobs.get(job.key)
            if before is None or before.owner != job.owner:
                return False
            merged = self._reduced(merge_webhook_status(before, job))
            merged = replace(merged, trace=before.trace, look=job.look or before.look)
            self._keep_job(merged, job.updated_at)
            return True

    def move_job(self, job: Job) -> bool:
        """Give a job to the call that it names, if `job.owner` still holds it."""
        with self._lock:
            before = self._jobs.get(job.key)
            if before is None or before.owner != job.owner:
                return False
            self._jobs[job.key] = replace(
                before,
                call_digest=job.call_digest,
                place=job.place,
                question=job.question,
                interrupts=job.interrupts,
                updated_at=job.updated_at,
            )
            return True

    def note_status(self, job: Job, status: str, *, now: float) -> bool:
        """Note what the server says of a run, whoever waits for it."""
        with self._lock:
            known = self._jobs.get(job.key)
            if known is None or known.consumed_at or known.status == status:
                return False
            if known.interaction_id not in {"", job.interaction_id}:
                return False
            if known.status not in UNFINISHED:
                return False
            told = replace(
                known,
                status=status,
                interaction_id=job.interaction_id,
                updated_at=now,
            )
            self._keep_job(told, now)
            return True

    def job_events(self, key: str) -> list[JobEvent]:
        """Return the history of a job, oldest first."""
        with self._lock:
            return [*self._job_events.get(key, ())]

    def list_job_events(self, keys: Sequence[str]) -> dict[str, list[JobEvent]]:
        """Return the histories of jobs; those without any are left out."""
        return {key: events for key in keys if (events := self.job_events(key))}

    def clean_jobs(self, now: float) -> int:
        """Forget jobs whose time is over."""
        with self._lock:
            over = [job.key for job in self._jobs.values() if job.forget_at < now]
            for key in over:
                self._forget_job(key)
        return len(over)

    def delete_job(self, key: str) -> bool:
        """Forget one job."""
        with self._lock:
            return self._forget_job(key)

    def _forget_thread(self, thread_id: str) -> None:
        """Forget the jobs of a thread; whoever calls holds the lock."""
        for job in [*self._jobs.values()]:
            if job.scope.thread_id == thread_id:
                self._forget_job(job.key)

    def _keep_job(self, job: Job, at: float) -> None:
        """Write a job down with its history; whoever calls holds the lock."""
        events = events_between(self._jobs.get(job.key), job, at)
        self._jobs[job.key] = job
        self._job_events.setdefault(job.key, []).extend(events)

    def _forget_job(self, key: str) -> bool:
        """Forget a job with its history; whoever calls holds the lock."""
        self._job_events.pop(key, None)
        return self._jobs.pop(key, None) is not None

    def _reduced(self, job: Job) -> Job:
        if self.mirror == "full":
            return job
        return replace(job, plan=without_content(job.plan), result={})


def _is_of_task(job: Job, place: GraphPosition | None) -> bool:
    if place is None or job.place is None or job.question is None:
        return False
    return job.place.task == place.task

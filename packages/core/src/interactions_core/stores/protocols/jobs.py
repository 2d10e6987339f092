"""What a session store does for background jobs.

Holds the contract only. The same objects keep the sessions; see `protocols`.
"""

from collections.abc import Collection, Sequence
from typing import Protocol

from interactions_core.records.interactions import Scope
from interactions_core.records.jobs.job import Job
from interactions_core.records.jobs.job_events import JobEvent
from interactions_core.records.jobs.job_looks import Look
from interactions_core.records.turn import GraphPosition


class JobStore(Protocol):
    """The ledger of jobs, each with its history.

    Every method may be called from any thread and any process. A method either does
    all of its work or raises `StoreError` and does none of it.
    """

    def add_job(self, job: Job, *, began: bytes | None = None) -> bool:
        """Keep a new job, and forget those whose time is over.

        Args:
            job: The job.
            began: The thread's `deletion_mark` when the turn began. If the thread was
                deleted since, nothing is kept. `None` to keep it whatever was deleted.

        Returns:
            Whether it was kept.
        """
        ...

    def get_job(self, key: str) -> Job | None:
        """Return one job."""
        ...

    def find_jobs(
        self, scope: Scope, call_digest: bytes, place: GraphPosition | None = None
    ) -> list[Job]:
        """Return the jobs of a call that were not consumed, oldest first.

        Args:
            scope: Whose jobs.
            call_digest: The call.
            place: Also the jobs of this task, whichever call they are of, as far as
                their questions are known.
        """
        ...

    def list_jobs(
        self,
        *,
        thread_id: str | None = None,
        interaction_id: str | None = None,
        statuses: Collection[str] = (),
        waiting: bool = False,
    ) -> list[Job]:
        """Return jobs, oldest first, consumed ones included, without their content.

        Args:
            thread_id: Only of this thread.
            interaction_id: Only of this run.
            statuses: Only with one of these; empty for any.
            waiting: Only those that interrupted a graph and were not handed on.
        """
        ...

    def take_job(self, seen: Job, owner: str, *, now: float, until: float) -> bool:
        """Take the lease of a job, if it is as it was seen.

        Args:
            seen: The job as it was read; whoever took or renewed it since keeps it.
            owner: Who takes it.
            now: Epoch seconds.
            until: Until when, in epoch seconds.
        """
        ...

    def renew_job(
        self,
        key: str,
        owner: str,
        *,
        now: float,
        until: float,
        look: Look | None = None,
    ) -> bool:
        """Hold a job for longer; false if it is not the owner's any more.

        Args:
            key: The job.
            owner: Who holds it.
            now: Epoch seconds.
            until: Until when, in epoch seconds; 0 to leave it to others.
            look: What its looks at the run came to; `None` for nothing new.
        """
        ...

    def update_job(self, job: Job) -> bool:
        """Write a job down as it is, if `job.owner` still holds it.

        What `note_status` was told meanwhile stays: that the run is over, and which
        run a lost submit has begun (`jobs.merge_webhook_status`).

        Which call it is of, its question and its trace are not written, nor is `look`
        where it is `None`.

        Returns:
            Whether it does.
        """
        ...

    def move_job(self, job: Job) -> bool:
        """Give a job to the call that it names, if `job.owner` still holds it.

        Call digest, place, question and number of interrupts are written.

        Returns:
            Whether it does.
        """
        ...

    def note_status(self, job: Job, status: str, *, now: float) -> bool:
        """Note what the server says of a run, whoever waits for it.

        Args:
            job: Its key and, for one that had none, its new `interaction_id`.
            status: As reported.
            now: Epoch seconds.

        Returns:
            Whether this was news: it changes nothing about a job that is over.
        """
        ...

    def job_events(self, key: str) -> list[JobEvent]:
        """Return the history of a job, oldest first.

        It is written in the transactions that change the job, and goes with it. Where
        an older release has changed a job, or a store is read that such a release
        made, some or all of it is not known.
        """
        ...

    def list_job_events(self, keys: Sequence[str]) -> dict[str, list[JobEvent]]:
        """Return the histories of several jobs; those without any are left out."""
        ...

    def clean_jobs(self, now: float) -> int:
        """Forget jobs whose time is over, `forget_at`; return how many."""
        ...

    def delete_job(self, key: str) -> bool:
        """Forget one job, whatever its state."""
        ...

"""Resume the graphs that wait for jobs, each by one process at a time."""

import logging
import time
import uuid
from collections.abc import Callable
from typing import Final

from interactions_core.process.forking import Origin
from interactions_core.process.owners import watcher_id
from interactions_core.records.jobs import Job
from interactions_core.stores.protocols.sessions import SessionStore

logger: Final = logging.getLogger("interactions_core")

Resume = Callable[[Job], bool]
"""Resumes the graph that waits for a job; false if none does."""

RESUMING_S: Final = 300.0
"""How long a graph may take from its resumption to the call that suspended it; after
that somebody else may resume it as well."""

AGAIN_S: Final = 30.0
"""The pause before a graph that could not be resumed is resumed again; it doubles."""

LONGEST_AGAIN_S: Final = 3_600.0


class Resumer:
    """Resumes graphs whose jobs are over.

    Safe for any number of threads and processes that share a store: whoever has the
    job's lease resumes. The call in the graph takes the job over from there.

    Args:
        store: The ledger.
        resume: Resumes one graph.
        write: Prints a line for each graph that was resumed.
        clock: Epoch seconds.
    """

    def __init__(
        self,
        store: SessionStore,
        resume: Resume,
        *,
        write: Callable[[str], object] = logger.info,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._resume = resume
        self._write = write
        self._clock = clock
        self._name = uuid.uuid4().hex[:12]
        self._pauses: dict[str, tuple[float, float]] = {}

    def sweep(self) -> None:
        """Resume every graph that waits for a job which is over, one by one."""
        waiting = self._store.list_jobs(waiting=True)
        known = {job.key for job in waiting}
        for key in self._pauses.keys() - known:
            self._pauses.pop(key, None)
        for job in waiting:
            at, _ = self._pauses.get(job.key, (0.0, 0.0))
            if job.is_over and self._clock() >= at:
                self(job)

    def __call__(self, job: Job) -> bool:
        """Resume the graph that waits for a job, unless somebody else does.

        Args:
            job: As it was last read.

        Returns:
            Whether a graph was waiting for it.
        """
        now, holder = self._clock(), watcher_id(self._name)
        if not job.interrupts or not job.is_free(now):
            return False
        if not self._store.take_job(job, holder, now=now, until=now + RESUMING_S):
            return False
        self._pause(job.key, now)
        origin = Origin()
        try:
            return self._resumed(job)
        finally:
            # The graph may have forked; what the parent holds is not the child's.
            if origin.is_here:
                self._store.renew_job(job.key, holder, until=0.0)

    def _resumed(self, job: Job) -> bool:
        thread_id = job.scope.thread_id
        try:
            resumed = self._resume(job)
        except Exception:
            # A graph has failed, as it would have without us; others wait, too.
            logger.exception("thread %s failed when it was resumed", thread_id)
            return False
        if resumed:
            self._write(f"{job.key}: resumed thread {thread_id}")
        return resumed

    def _pause(self, key: str, now: float) -> None:
        _, before = self._pauses.get(key, (0.0, 0.0))
        pause_s = min(max(2 * before, AGAIN_S), LONGEST_AGAIN_S)
        self._pauses[key] = now + pause_s, pause_s

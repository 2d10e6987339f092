"""Resume the graphs that wait for jobs, each by one process at a time."""

import logging
import time
import uuid
from collections.abc import Callable
from typing import Final

from interactions_core.exceptions import StoreError
from interactions_core.logs import bare_error, log_fields, shown_error
from interactions_core.process.counters import count
from interactions_core.process.forking import Origin, PerProcess
from interactions_core.process.owners import watcher_id
from interactions_core.records.jobs.job import Job
from interactions_core.services.running.leaving import leave_graph
from interactions_core.services.running.telling import Write, tell
from interactions_core.stores.protocols.sessions import SessionStore
from interactions_core.tracing.traced_jobs import resuming

logger: Final = logging.getLogger("interactions_core")

Resume = Callable[[Job], bool]
"""Resumes the graph that waits for a job; false if none does."""

RESUMING_S: Final = 300.0
"""How long a graph may take from its resumption to the call that suspended it; after
that somebody else may resume it as well."""

AGAIN_S: Final = 30.0
"""The pause before a graph that could not be resumed is resumed again; it doubles."""

LONGEST_AGAIN_S: Final = 3_600.0


class _Mine:
    """The graphs of one process, by the keys of their jobs, each with its holder.

    Attributes:
        resuming: Those that are being resumed.
        held: Those whose leases are not given up yet.
    """

    def __init__(self) -> None:
        self.resuming: dict[str, str] = {}
        self.held: dict[str, str] = {}


class Resumer:
    """Resumes graphs whose jobs are over.

    Safe for any number of threads and processes that share a store: whoever has the
    job's lease resumes. The call in the graph takes the job over from there.

    Args:
        store: The ledger.
        resume: Resumes one graph.
        write: Prints a line for each graph that was resumed; without it, that is logged.
        clock: Epoch seconds.
    """

    def __init__(
        self,
        store: SessionStore,
        resume: Resume,
        *,
        write: Write | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._resume = resume
        self._write = write
        self._clock = clock
        self._name = uuid.uuid4().hex[:12]
        self._pauses: dict[str, tuple[float, float]] = {}
        self._mine = PerProcess(_Mine)
        self._stopping = False

    @property
    def is_busy(self) -> bool:
        """Whether this process is resuming a graph."""
        return bool(self._mine.get().resuming)

    def stop(self) -> None:
        """Resume no further graph; from any thread, or a signal's handler."""
        self._stopping = True

    def begin(self) -> None:
        """Resume graphs again, after `stop`."""
        self._stopping = False

    def leave(self) -> None:
        """Leave the graphs that are being resumed at their last checkpoints.

        Somebody else goes on with them, and the process has to end at once.
        """
        for key in [*self._mine.get().resuming]:
            try:
                leave_graph(self._store, key, self._clock())
            except StoreError as exc:
                logger.warning(
                    "the lease of job %s ends by itself: %s",
                    key,
                    shown_error(exc),
                    extra=log_fields("lease_not_released", error=exc, job=key),
                )

    def sweep(self) -> None:
        """Resume every graph that waits for a job which is over, one by one.

        Raises:
            StoreError: The ledger cannot be read or written.
        """
        self._release()
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

        Raises:
            StoreError: The ledger cannot be read or written.
        """
        now, holder = self._clock(), watcher_id(self._name)
        if self._stopping or not job.interrupts or not job.is_free(now):
            return False
        if not self._store.take_job(job, holder, now=now, until=now + RESUMING_S):
            return False
        if job.is_abandoned(now):
            count("lease_takeover")
        self._pause(job.key, now)
        origin, mine = Origin(), self._mine.get()
        mine.resuming[job.key] = mine.held[job.key] = holder
        try:
            return self._resumed(job)
        finally:
            # The graph may have forked; what the parent holds is not the child's.
            if origin.is_here:
                del mine.resuming[job.key]
                self._release()

    def _release(self) -> None:
        """Give up the leases of graphs that are not being resumed any more.

        What cannot be given up while the ledger is away is given up once it is back.
        """
        mine = self._mine.get()
        for key in {*mine.held} - {*mine.resuming}:
            now = self._clock()
            self._store.renew_job(key, mine.held[key], now=now, until=0.0)
            mine.held.pop(key, None)

    def _resumed(self, job: Job) -> bool:
        thread_id = job.scope.thread_id
        try:
            with resuming(job) as told:
                resumed = told.is_news = self._resume(job)
        except Exception as error:
            # A graph has failed, as it would have without us; others wait, too.
            logger.exception(
                "thread %s failed when it was resumed",
                thread_id,
                extra=log_fields("graph_failed", job.known, error=error),
                exc_info=bare_error(error),
            )
            return False
        if resumed:
            tell(
                self._write,
                f"{job.key}: resumed thread {thread_id}",
                log_fields("graph_resumed", job.known),
            )
        return resumed

    def _pause(self, key: str, now: float) -> None:
        _, before = self._pauses.get(key, (0.0, 0.0))
        pause_s = min(max(2 * before, AGAIN_S), LONGEST_AGAIN_S)
        self._pauses[key] = now + pause_s, pause_s

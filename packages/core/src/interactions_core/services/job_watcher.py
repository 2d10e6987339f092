"""Wait for jobs that nobody waits for, and resume the graphs that they interrupted.

What is listed for erasure is deleted on the server beside that.

Any number of watchers may share a store: each job has one, by its lease. A few
threads serve all jobs, and the looks of a process are spread over time.
"""

import heapq
import logging
import random
import time
import uuid
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Final

from interactions_core.client.client import InteractionsClient
from interactions_core.process.failpoints import FailPoint, hit
from interactions_core.process.forking import PerProcess
from interactions_core.process.owners import watcher_id
from interactions_core.records.jobs import (
    LEASE_S,
    LONGEST_MISSING_S,
    RUNNING,
    Job,
)
from interactions_core.services.eraser import Eraser
from interactions_core.services.graph_resumer import Resume, Resumer
from interactions_core.services.run_reader import RunReader, WatchedJob
from interactions_core.stores.protocols.sessions import SessionStore
from interactions_core.turns.pacing import PROCESS_PACE, Pace

logger: Final = logging.getLogger("interactions_core")

DEFAULT_POLL: Final = (2.0, 30.0)
LIST_S: Final = 5.0
"""How often a watcher looks for new jobs in the ledger, in seconds."""

READERS: Final = 4
"""How many looks are made at once: a look takes as long as its answer, and one after
the other they would come too late for their leases."""

ERASED_AT_ONCE: Final = 16
"""How many interactions are deleted between two looks at jobs."""

ERASE_S: Final = (60.0, 3600.0)
"""How long deleting waits after a failure, at first and at most, in seconds."""

_GROWTH: Final = 1.5


@dataclass(slots=True)
class _Mine:
    """What a watcher holds in one process; its leases are that process's.

    Attributes:
        queue: The jobs, as a heap.
        readers: The threads that look.
        list_at: When the ledger is looked through next, in epoch seconds.
    """

    queue: list[WatchedJob] = field(default_factory=list[WatchedJob])
    readers: ThreadPoolExecutor | None = None
    list_at: float = 0.0


class JobWatcher:
    """Collects the results of jobs that nobody waits for.

    Not for several threads at once.

    Args:
        store: The ledger.
        client: Whose key or account must own the jobs; others are left alone.
        resume: Resumes the graph that a job interrupted.
        write: Prints one line for each job that is over.
        poll: The first and the longest pause between two looks at a job, in seconds.
        jitter: A random number from 0 to 1, for the pauses.
        clock: Epoch seconds.
        sleep: Waits, in seconds.
        pace: How often this process looks at runs, all in all.

    Attributes:
        unserved: How many jobs of which other owners nobody waited for, when the ledger
            was last looked through.
    """

    def __init__(
        self,
        store: SessionStore,
        client: InteractionsClient,
        *,
        resume: Resume | None = None,
        write: Callable[[str], object] = logger.info,
        poll: tuple[float, float] = DEFAULT_POLL,
        jitter: Callable[[], float] = random.random,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        pace: Pace = PROCESS_PACE,
    ) -> None:
        self._store = store
        self._client = client
        self._write = write
        self._poll = poll
        self._jitter = jitter
        self._clock = clock
        self._sleep = sleep
        self._pace = pace
        self._reader = RunReader(client, pace, clock=clock, sleep=sleep)
        self._mine = PerProcess(_Mine)
        self._name = uuid.uuid4().hex[:12]
        self._resumer = (
            Resumer(store, resume, write=write, clock=clock) if resume else None
        )
        self._stopping = False
        self.unserved: Mapping[str, int] = {}
        self._eraser = Eraser(store, client, clock=clock)
        self._erase_at = 0.0
        self._erase_pause_s = ERASE_S[0]

    def run(self, *, until_idle: bool = False) -> None:
        """Watch until stopped or interrupted.

        Args:
            until_idle: Stop when no job runs that nobody waits for, and nothing is left
                to be deleted that can be.
        """
        self._stopping = False
        try:
            while not self._stopping:
                wait_s = self.step()
                if wait_s is None and until_idle:
                    return
                self._sleep(LIST_S if wait_s is None else min(LIST_S, wait_s))
        finally:
            self.close()

    def stop(self) -> None:
        """Let `run` end within seconds; from any thread, or a signal's handler.

        A graph that is being resumed is not interrupted.
        """
        self._stopping = True

    def step(self) -> float | None:
        """Look at what is due, once.

        Returns:
            Seconds until the next look is due; `None` if there is nothing to watch.
        """
        now = self._clock()
        mine = self._mine.get()
        lists = now >= mine.list_at
        if lists:
            mine.list_at = now + LIST_S
            self._gather()
        over = 0
        while due := self._due():
            over += self._visit(due)
        if self._resumer is not None and (over or lists):
            self._resumer.sweep()
        if self._clock() >= self._erase_at and self._erase():
            return 0.0
        if not mine.queue:
            return None
        return max(0.0, mine.queue[0].look_at - self._clock())

    def release(self) -> None:
        """Leave all jobs to others."""
        queue = self._mine.get().queue
        for watched in queue:
            self._put(replace(watched.job, lease_until=0.0))
        queue.clear()

    def close(self) -> None:
        """Leave all jobs to others and end the threads."""
        self.release()
        mine = self._mine.get()
        if mine.readers is not None:
            mine.readers.shutdown(cancel_futures=True)
            mine.readers = None

    def _erase(self) -> bool:
        """Delete some of what is listed for erasure; true if there may be more."""
        report = self._eraser.erase(most=ERASED_AT_ONCE, others=False)
        for name in report.deleted:
            self._write(f"{name}: deleted")
        for name, problem in report.failed.items():
            self._write(f"{name}: not deleted yet: {problem}")
        if report.failed:
            self._erase_at = self._clock() + self._erase_pause_s
            self._erase_pause_s = min(2 * self._erase_pause_s, ERASE_S[1])
            return False
        self._erase_pause_s = ERASE_S[0]
        self._erase_at = 0.0 if report.deleted else self._clock() + LIST_S
        return bool(report.deleted)

    def _gather(self) -> None:
        """Take the jobs that nobody waits for."""
        known = {watched.job.key for watched in self._mine.get().queue}
        free = [
            job
            for job in self._store.list_jobs(statuses=RUNNING)
            if job.interaction_id
            and job.key not in known
            and job.is_free(self._clock())
        ]
        ours = self._ours({job.scope.credential for job in free})
        self._report_others(
            Counter(
                job.scope.credential for job in free if job.scope.credential not in ours
            )
        )
        for listed in free:
            if listed.scope.credential in ours:
                job = self._taken(listed)
                if job is not None:
                    self._look_later(WatchedJob(0.0, job, 0.0))

    def _taken(self, listed: Job) -> Job | None:
        now, owner = self._clock(), watcher_id(self._name)
        until = now + LEASE_S
        if not self._store.take_job(listed, owner, now=now, until=until):
            return None
        # The list has no content, which is written back with the next change.
        return self._store.get_job(listed.key)

    def _ours(self, owners: Collection[str]) -> set[str]:
        """Return those owners whose jobs this watcher's key may read."""
        if not owners:
            return set()
        # Asked anew each time: somebody may have linked the key meanwhile.
        mine = self._client.owner(self._store).name
        links = self._store.links_of([*owners])
        return {owner for owner in owners if links.get(owner, owner) == mine}

    def _report_others(self, unserved: Mapping[str, int]) -> None:
        """Say once for each owner that its jobs wait for somebody else."""
        for owner in unserved.keys() - self.unserved.keys():
            self._write(
                f"{unserved[owner]} job(s) of {owner} are not watched here: they are "
                "not this key's. Watch with a key of theirs; or, if this key has taken "
                "the place of theirs, run `interactions accounts link`"
            )
        self.unserved = unserved

    def _due(self) -> list[WatchedJob]:
        """Take the next few jobs to look at, but for those that were taken away."""
        due: list[WatchedJob] = []
        queue = self._mine.get().queue
        while queue and len(due) < READERS:
            if queue[0].look_at > self._clock():
                break
            watched = heapq.heappop(queue)
            if self._holds(watched):
                due.append(watched)
        return due

    def _holds(self, watched: WatchedJob) -> bool:
        """Make sure of a job's lease, because a look may come late."""
        job, until = watched.job, self._clock() + LEASE_S
        if job.lease_until >= until - LEASE_S / 2:
            return True
        watched.job = replace(job, lease_until=until)
        return self._store.renew_job(job.key, job.owner, until=until)

    def _visit(self, due: Sequence[WatchedJob]) -> int:
        """Look at jobs, and come back later to those that still run.

        Returns:
            How many are over.
        """
        over, mine = 0, self._mine.get()
        if mine.readers is None:
            mine.readers = ThreadPoolExecutor(READERS, "interactions-watcher")
        looks = mine.readers.map(self._reader.read, due)
        for watched, seen in zip(due, looks, strict=True):
            watched.job = seen
            if not seen.is_over:
                self._look_later(watched)
                continue
            over += 1
            hit(FailPoint.ENDED)
            if self._put(replace(seen, lease_until=0.0)):
                hit(FailPoint.KEPT)
                self._write(f"{seen.key}: {seen.status} ({seen.interaction_id})")
        return over

    def _look_later(self, watched: WatchedJob) -> None:
        """Plan the next look, and hold the job until after it.

        With many jobs the looks are far apart, and so the lease is longer.
        """
        now, (first_s, longest_s) = self._clock(), self._poll
        if watched.is_missing:
            longest_s = max(longest_s, LONGEST_MISSING_S)
        wanted_s = min(watched.pause_s, longest_s)
        pause_s = wanted_s * (0.75 + 0.25 * self._jitter())
        wanted_at = now + max(pause_s, watched.asked_s)
        watched.look_at = self._pace.next_at(now, wanted_at)
        watched.asked_s = 0.0
        watched.pause_s = min(max(wanted_s * _GROWTH, first_s), longest_s)
        watched.job = replace(watched.job, lease_until=watched.look_at + LEASE_S)
        if self._put(watched.job):
            heapq.heappush(self._mine.get().queue, watched)

    def _put(self, job: Job) -> bool:
        """Write a job down; false if it is not this watcher's any more."""
        return self._store.update_job(job)

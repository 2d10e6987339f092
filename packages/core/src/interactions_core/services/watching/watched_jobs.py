"""The jobs that a watcher holds: their leases, and when each is looked at next.

A few threads serve all jobs, and the looks of a process are spread over time.
"""

import heapq
import logging
import uuid
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final

from interactions_core.client.client import InteractionsClient
from interactions_core.counted import counted
from interactions_core.exceptions import StoreError
from interactions_core.logs import log_fields, shown_error
from interactions_core.process.counters import count
from interactions_core.process.failpoints import FailPoint, hit
from interactions_core.process.forking import PerProcess
from interactions_core.process.owners import watcher_id
from interactions_core.records.jobs.job import LEASE_S, LONGEST_MISSING_S, RUNNING, Job
from interactions_core.services.running.telling import Write, tell
from interactions_core.services.watching.held_jobs import READERS, HeldJobs
from interactions_core.services.watching.run_reader import RunReader, WatchedJob
from interactions_core.services.watching.watch_lines import (
    tell_begun,
    tell_change,
    tell_over,
    tell_taken,
)
from interactions_core.stores.protocols.sessions import SessionStore
from interactions_core.tracing.traced_jobs import watch_run
from interactions_core.turns.pacing import Pace

logger: Final = logging.getLogger("interactions_core")

_GROWTH: Final = 1.5


class WatchedJobs:
    """Takes jobs that nobody waits for, and looks at each when it is due.

    Not for several threads at once. Every method raises `StoreError` where the ledger
    cannot be read or written; `forget` is then what goes on.

    Args:
        store: The ledger.
        client: Whose key or account must own the jobs; others are left alone.
        write: Prints one line for each job that is over; `None` to have that logged.
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
        write: Write | None,
        poll: tuple[float, float],
        jitter: Callable[[], float],
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        pace: Pace,
    ) -> None:
        self._store = store
        self._client = client
        self._write = write
        self._poll = poll
        self._jitter = jitter
        self._clock = clock
        self._pace = pace
        self._reader = RunReader(client, pace, clock=clock, sleep=sleep)
        self._mine = PerProcess(HeldJobs)
        self._name = uuid.uuid4().hex[:12]
        self._has_begun = False
        self.unserved: Mapping[str, int] = {}

    def gather(self) -> None:
        """Take the jobs that nobody waits for."""
        known = {watched.job.key for watched in self._mine.get().queue}
        me = watcher_id(self._name)
        running = self._store.list_jobs(statuses=RUNNING)
        free = [
            job
            for job in running
            if job.interaction_id
            and job.key not in known
            # What is this watcher's and not in its queue was forgotten in an outage.
            and (job.owner == me or job.is_free(self._clock()))
        ]
        ours = self._ours({job.scope.credential for job in free})
        self._report_others(
            Counter(
                job.scope.credential for job in free if job.scope.credential not in ours
            )
        )
        mine = [job for job in free if job.scope.credential in ours]
        if not self._has_begun:
            self._has_begun = True
            self._tell_begun(running, len(mine))
        taken = [job for job in map(self._taken, mine) if job is not None]
        tell_taken(self._write, taken)
        for job in taken:
            watch = self._mine.get().watches[job.key] = watch_run(job)
            self._look_later(WatchedJob(0.0, job, 0.0, watch=watch))

    def _tell_begun(self, running: Sequence[Job], free: int) -> None:
        jobs = [job for job in running if not job.consumed_at]
        ours = self._ours({job.scope.credential for job in jobs})
        owner = self._client.owner(self._store).name
        ours_open = [job for job in jobs if job.scope.credential in ours]
        tell_begun(self._write, owner, ours_open, free)

    def _taken(self, listed: Job) -> Job | None:
        now, owner = self._clock(), watcher_id(self._name)
        until = now + LEASE_S
        if not self._store.take_job(listed, owner, now=now, until=until):
            return None
        if listed.owner != owner and listed.is_abandoned(now):
            count("lease_takeover")
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
            tell(
                self._write,
                f"not watched here: {counted(unserved[owner], 'job')} of {owner}, which "
                "is not this key's. Watch with a key of that owner; or, if this key has "
                "taken the place of that one, run `interactions accounts link`",
                log_fields("jobs_unserved"),
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
            else:
                self._mine.get().lose(watched)
        return due

    def _holds(self, watched: WatchedJob) -> bool:
        """Make sure of a job's lease, because a look may come late."""
        job, now = watched.job, self._clock()
        until = now + LEASE_S
        if job.lease_until >= until - LEASE_S / 2:
            return True
        watched.job = replace(job, lease_until=until)
        return self._store.renew_job(job.key, job.owner, now=now, until=until)

    def visit_due(self) -> int | None:
        """Look at the next few jobs that are due, and come back later to what runs.

        Returns:
            How many are over; `None` if none was due.
        """
        due = self._due()
        return self._visit(due) if due else None

    def next_look_s(self) -> float | None:
        """Return in how many seconds the next job is due; `None` without any."""
        queue = self._mine.get().queue
        return max(0.0, queue[0].look_at - self._clock()) if queue else None

    def late_s(self) -> float:
        """Return how late the next look is, in seconds; from any thread."""
        first = self._mine.get().queue[:1]
        return max(0.0, self._clock() - first[0].look_at) if first else 0.0

    def forget(self) -> None:
        """Hold nothing any more, without a word to a ledger that cannot be written.

        What is still this watcher's there is gathered again.
        """
        self._mine.get().queue.clear()
        self._mine.get().leave_watches()

    def release(self) -> None:
        """Leave all jobs to others; if the ledger is away they are free by themselves."""
        queue, now = self._mine.get().queue, self._clock()
        try:
            for watched in queue:
                self._put(replace(watched.job, lease_until=0.0, updated_at=now))
        except StoreError as exc:
            logger.warning(
                "leases of watched jobs end by themselves: %s",
                shown_error(exc),
                extra=log_fields("leases_not_released", error=exc),
            )
        queue.clear()
        self._mine.get().leave_watches()

    def close(self) -> None:
        """End the threads."""
        self._mine.get().close()

    def _visit(self, due: Sequence[WatchedJob]) -> int:
        over, mine = 0, self._mine.get()
        looks = mine.pool().map(self._reader.read, due)
        for watched, seen in zip(due, looks, strict=True):
            before, watched.job = watched.job, seen
            if not seen.is_over:
                tell_change(self._write, before, seen)
                self._look_later(watched)
                continue
            over += 1
            hit(FailPoint.ENDED)
            if self._put(replace(seen, lease_until=0.0)):
                hit(FailPoint.KEPT)
                tell_over(self._write, seen)
                mine.end(watched)
            else:
                mine.lose(watched)
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
        else:
            self._mine.get().lose(watched)

    def _put(self, job: Job) -> bool:
        """Write a job down; false if it is not this watcher's any more."""
        return self._store.update_job(job)

"""Wait for jobs that nobody waits for, and resume the graphs that they interrupted.

What is listed for erasure is deleted on the server beside that, and the index of
searches is kept up.

Any number of watchers may share a store: each job has one, by its lease. An outage of
the store is waited out.
"""

import random
import time
from collections.abc import Callable, Mapping
from typing import Final

from interactions_core.client.client import InteractionsClient
from interactions_core.exceptions import StoreError
from interactions_core.logs import log_fields
from interactions_core.process.forking import PerProcess
from interactions_core.services.eraser import Eraser
from interactions_core.services.graph_resumer import Resume, Resumer
from interactions_core.services.index_keeper import IndexKeeper
from interactions_core.services.running.leaving import release_leases
from interactions_core.services.running.outages import Outage
from interactions_core.services.running.telling import Write, tell
from interactions_core.services.watching.watched_jobs import WatchedJobs
from interactions_core.stores.protocols.sessions import SessionStore
from interactions_core.turns.pacing import PROCESS_PACE, Pace

DEFAULT_POLL: Final = (2.0, 30.0)
LIST_S: Final = 5.0
"""How often a watcher looks for new jobs in the ledger, in seconds."""

ERASED_AT_ONCE: Final = 16
"""How many interactions are deleted between two looks at jobs."""

ERASE_S: Final = (60.0, 3600.0)
"""How long deleting waits after a failure, at first and at most, in seconds."""


class _Due:
    """When a watcher lists and erases next, in epoch seconds; of one process."""

    def __init__(self) -> None:
        self.list_at = 0.0
        self.erase_at = 0.0
        self.erase_pause_s = ERASE_S[0]


class JobWatcher:
    """Collects the results of jobs that nobody waits for.

    Not for several threads at once, but for `stop` and `leave`.

    Args:
        store: The ledger.
        client: Whose key or account must own the jobs; others are left alone.
        resume: Resumes the graph that a job interrupted.
        write: Prints one line for each job that is over; without it, that is logged.
        poll: The first and the longest pause between two looks at a job, in seconds.
        jitter: A random number from 0 to 1, for the pauses.
        clock: Epoch seconds.
        sleep: Waits, in seconds.
        pause: Waits between two looks, and ends when `stop` was called; else `run` may
            take as long as a pause to notice that.
        pace: How often this process looks at runs, all in all.
        outage: What is known of an outage of the store, where others share that.
    """

    def __init__(
        self,
        store: SessionStore,
        client: InteractionsClient,
        *,
        resume: Resume | None = None,
        write: Write | None = None,
        poll: tuple[float, float] = DEFAULT_POLL,
        jitter: Callable[[], float] = random.random,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        pause: Callable[[float], object] | None = None,
        pace: Pace = PROCESS_PACE,
        outage: Outage | None = None,
    ) -> None:
        self._store = store
        self._write = write
        self._clock = clock
        self._pause = pause or sleep
        self._jobs = WatchedJobs(
            store,
            client,
            write=write,
            poll=poll,
            jitter=jitter,
            clock=clock,
            sleep=sleep,
            pace=pace,
        )
        self._resumer = (
            Resumer(store, resume, write=write, clock=clock) if resume else None
        )
        self._eraser = Eraser(store, client, clock=clock)
        self._index = IndexKeeper(store, clock=clock)
        self._due = PerProcess(_Due)
        self._outage = outage or Outage(clock=clock, jitter=jitter)
        self._stopping = False

    @property
    def unserved(self) -> Mapping[str, int]:
        """How many jobs of which other owners nobody waits for, as last listed."""
        return self._jobs.unserved

    def run(self, *, until_idle: bool = False) -> None:
        """Watch until stopped or interrupted.

        While the store is away, it is asked again after pauses of up to half a minute.

        Args:
            until_idle: Stop when no job runs that nobody waits for, and nothing is left
                to be deleted that can be.

        Raises:
            StoreError: The store has never been there, and waiting is of no use.
        """
        try:
            while not self._stopping:
                try:
                    wait_s = self.step()
                except StoreError as error:
                    if self._outage.is_final(error):
                        raise
                    self._forget()
                    self._pause(self._outage.note(error))
                    continue
                self._outage.end()
                if wait_s is None and until_idle:
                    return
                self._pause(LIST_S if wait_s is None else min(LIST_S, wait_s))
        finally:
            # Not at the beginning: it may be told to stop before its thread runs.
            self._stopping = False
            if self._resumer is not None:
                self._resumer.begin()
            self.close()

    def lag_s(self) -> float | None:
        """Return how late this watcher is with its looks; from any thread.

        Returns:
            Seconds, 0 for in time; `None` if the ledger was not looked through yet, or
            not since an outage.
        """
        list_at = self._due.get().list_at
        if not list_at:
            return None
        return max(0.0, self._clock() - list_at, self._jobs.late_s())

    def stop(self) -> None:
        """Let `run` end with the next pause; from any thread, or a signal's handler.

        A graph that is being resumed is not interrupted; see `leave`.
        """
        self._stopping = True
        if self._resumer is not None:
            self._resumer.stop()

    def leave(self) -> None:
        """Leave to others what is going on in another thread, after `stop`.

        The process has to end at once: a graph that is being resumed does not know that
        it is somebody else's from now on.
        """
        if self._resumer is not None:
            self._resumer.leave()
        release_leases(self._store, self._clock())

    def step(self) -> float | None:
        """Look at what is due, once.

        Returns:
            Seconds until the next look is due; `None` if there is nothing to watch.

        Raises:
            StoreError: The ledger cannot be read or written.
        """
        now, due = self._clock(), self._due.get()
        lists = now >= due.list_at
        if lists:
            self._jobs.gather()
            due.list_at = now + LIST_S
        over = 0
        while not self._stopping and (seen := self._jobs.visit_due()) is not None:
            over += seen
        if self._resumer is not None and (over or lists):
            self._resumer.sweep()
        if not self._stopping and self._clock() >= due.erase_at and self._erase(due):
            return 0.0
        if not self._stopping:
            self._index.step()
        return self._jobs.next_look_s()

    def release(self) -> None:
        """Leave all jobs to others."""
        self._jobs.release()

    def close(self) -> None:
        """Leave all jobs to others and end the threads."""
        self._jobs.release()
        self._jobs.close()

    def _forget(self) -> None:
        """Begin anew with what the ledger says once it is back."""
        self._jobs.forget()
        self._due.get().list_at = 0.0

    def _erase(self, due: _Due) -> bool:
        """Delete some of what is listed for erasure; true if there may be more."""
        report = self._eraser.erase(most=ERASED_AT_ONCE, others=False)
        for name in report.deleted:
            tell(self._write, f"{name}: deleted", log_fields("deleted", id=name))
        for name, problem in report.failed.items():
            fields = log_fields("not_deleted", id=name)
            tell(self._write, f"{name}: not deleted yet", fields, why=problem)
        if report.failed:
            due.erase_at = self._clock() + due.erase_pause_s
            due.erase_pause_s = min(2 * due.erase_pause_s, ERASE_S[1])
            return False
        due.erase_pause_s = ERASE_S[0]
        due.erase_at = 0.0 if report.deleted else self._clock() + LIST_S
        return bool(report.deleted)

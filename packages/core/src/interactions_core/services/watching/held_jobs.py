"""What a watcher holds in one process: jobs in their order, threads, and what is told."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

from interactions_core.services.watching.run_reader import WatchedJob
from interactions_core.tracing.traced_jobs import RunWatch

READERS: Final = 4
"""How many looks are made at once: a look takes as long as its answer, and one after
the other they would come too late for their leases."""


@dataclass(slots=True)
class HeldJobs:
    """What is held in one process; its leases are that process's.

    Attributes:
        queue: The jobs, as a heap.
        readers: The threads that look; `None` until there is something to look at.
        watches: What is told of the looks at each job, by its key.
    """

    queue: list[WatchedJob] = field(default_factory=list[WatchedJob])
    readers: ThreadPoolExecutor | None = None
    watches: dict[str, RunWatch] = field(default_factory=dict[str, RunWatch])

    def pool(self) -> ThreadPoolExecutor:
        """Return the threads that look."""
        if self.readers is None:
            self.readers = ThreadPoolExecutor(READERS, "interactions-watcher")
        return self.readers

    def end(self, watched: WatchedJob) -> None:
        """Be done with a job that is over."""
        watched.watch.end(watched.job)
        self.watches.pop(watched.job.key, None)

    def lose(self, watched: WatchedJob) -> None:
        """Be done with a job that somebody else has taken."""
        watched.watch.lose()
        self.watches.pop(watched.job.key, None)

    def leave_watches(self) -> None:
        """End what is told of jobs that are not looked at from here any more."""
        for watch in self.watches.values():
            watch.leave()
        self.watches.clear()

    def close(self) -> None:
        """End the threads."""
        if self.readers is not None:
            self.readers.shutdown(cancel_futures=True)
            self.readers = None

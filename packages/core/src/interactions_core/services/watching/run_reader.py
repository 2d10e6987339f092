"""Look at a run of a job, and say what the job is then."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from interactions_core.canonical import JsonObject
from interactions_core.client.client import InteractionsClient
from interactions_core.exceptions import NotFoundError, RequestError
from interactions_core.logs import log_fields, shown_error
from interactions_core.process.failpoints import FailPoint, hit
from interactions_core.protocol.statuses import goes_on, is_known
from interactions_core.records.jobs.job import GONE, Job, noted
from interactions_core.records.jobs.job_looks import as_answered, as_failed
from interactions_core.tracing.traced_jobs import UNWATCHED_RUN, RunWatch
from interactions_core.turns.pacing import Pace

logger: Final = logging.getLogger("interactions_core")


@dataclass(order=True, slots=True)
class WatchedJob:
    """A job whose lease this watcher has, and when it is looked at next.

    Attributes:
        look_at: In epoch seconds.
        job: As it was last written.
        pause_s: The pause after the next look, in seconds.
        asked_s: What the service asked for with the last look, in seconds.
        is_missing: Whether the last look said that there is no such run.
        watch: Is told of the looks.
    """

    look_at: float
    job: Job = field(compare=False)
    pause_s: float = field(compare=False)
    asked_s: float = field(default=0.0, compare=False)
    is_missing: bool = field(default=False, compare=False)
    watch: RunWatch = field(default=UNWATCHED_RUN, compare=False)


class RunReader:
    """Reads the runs of watched jobs, each at most as often as the process may.

    Serves several threads at once. What ends a job is not written down here.

    Args:
        client: Reads and cancels.
        pace: How often this process looks at runs, all in all.
        clock: Epoch seconds.
        sleep: Waits, in seconds.
    """

    def __init__(
        self,
        client: InteractionsClient,
        pace: Pace,
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        self._client = client
        self._pace = pace
        self._clock = clock
        self._sleep = sleep

    def read(self, watched: WatchedJob) -> Job:
        """Return a job as the server sees it; a look that fails changes nothing."""
        hit(FailPoint.LOOKED)
        while (wait_s := self._pace.wait_s(self._clock())) > 0:
            self._sleep(wait_s)
        with watched.watch.look():
            return self._looked(watched)

    def _looked(self, watched: WatchedJob) -> Job:
        job = watched.job
        try:
            found = self._client.get(job.interaction_id, include_input=False)
        except RequestError as error:
            watched.asked_s = error.retry_after_s or 0.0
            watched.is_missing = isinstance(error, NotFoundError)
            look = as_failed(job.look, error.status_code, self._clock())
            job = replace(job, look=look)
            logger.info(
                "%s could not be read: %s",
                job.interaction_id,
                shown_error(error),
                extra=log_fields("run_unreadable", job.known, error=error),
            )
            if watched.is_missing and self._clock() >= job.deadline_at:
                return self._despair(job)
            return job
        watched.is_missing = False
        return self._as_seen(job, found)

    def _as_seen(self, job: Job, found: JsonObject) -> Job:
        now, word = self._clock(), found.get("status")
        job = replace(job, look=as_answered(now))
        if not goes_on(word):
            return replace(job, status=str(word), result=found, updated_at=now)
        if now < job.deadline_at:
            return replace(job, status=noted(found), updated_at=now)
        self._client.give_up(job.interaction_id)
        # Whoever asks next reads what became of a run that said an unknown word.
        status = "cancelled" if is_known(word) else str(word)
        return replace(job, status=status, result=found, updated_at=self._clock())

    def _despair(self, job: Job) -> Job:
        """Cancel a run that the server has not known until its deadline."""
        failed = self._client.give_up(job.interaction_id)
        if isinstance(failed, NotFoundError):
            return replace(job, status=GONE, updated_at=self._clock())
        if failed is not None:
            return job
        return replace(job, status="cancelled", updated_at=self._clock())

"""Spans of what becomes of a job beside its turns: watched, told by a webhook, resumed.

Imports nothing of OpenTelemetry unless the program has set it up.
"""

from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Final

from interactions_core.records.jobs.job import Job
from interactions_core.tracing.set_up import find_telemetry


class RunWatch:
    """Is told of the looks at a run that no turn waits for; this one lets them pass."""

    def look(self) -> AbstractContextManager[None]:
        """Enclose a look, in whichever thread."""
        return nullcontext()

    def end(self, job: Job) -> None:
        """Hear that the run is over, as its job says."""
        del job

    def lose(self) -> None:
        """Hear that somebody else has taken the job."""

    def leave(self) -> None:
        """Hear that the job is left to others."""


UNWATCHED_RUN: Final = RunWatch()
"""Of a program that does not trace."""


@dataclass(slots=True)
class Told:
    """What came of a delivery, or of a graph's resumption.

    Attributes:
        is_news: Whether it changed anything.
    """

    is_news: bool = False


def watch_run(job: Job) -> RunWatch:
    """Begin the wait of this process for a run that no turn waits for: one span."""
    telemetry = find_telemetry()
    if telemetry is None:
        return UNWATCHED_RUN
    from interactions_core.tracing.job_spans import WatchedRun  # noqa: PLC0415

    return WatchedRun.of(job, telemetry) or UNWATCHED_RUN


@contextmanager
def delivering(job: Job, status: str) -> Generator[Told]:
    """Enclose what a webhook's delivery says of a job."""
    told = Told()
    if find_telemetry() is None:
        yield told
        return
    from interactions_core.tracing.job_spans import delivery_span  # noqa: PLC0415

    with delivery_span(job, status, told):
        yield told


@contextmanager
def resuming(job: Job) -> Generator[Told]:
    """Enclose the resumption of the graph that waits for a job."""
    told = Told()
    if find_telemetry() is None:
        yield told
        return
    from interactions_core.tracing.job_spans import resume_span  # noqa: PLC0415

    with resume_span(job, told):
        yield told

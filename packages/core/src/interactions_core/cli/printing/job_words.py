"""How a job is told to people: its state, its times, who holds it, and what is next."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from interactions_core.cli.printing.output import shown_span
from interactions_core.cli.printing.table import Style
from interactions_core.explaining.job_advice import (
    NEXT,
    OPEN,
    Duty,
    advice_of,
    ask_again,
    duty_of,
    lost_text,
    unclaimed_text,
)
from interactions_core.process.owners import describe_owner, is_watcher
from interactions_core.records.jobs.job import Job, State, has_failed, state_of
from interactions_core.records.jobs.job_events import ENDED, JobEvent, holder_of
from interactions_core.records.jobs.job_looks import UNKNOWN
from interactions_core.records.jobs.job_standing import (
    Trouble,
    answered_at,
    held_at,
    trouble_of,
)
from interactions_core.stores import SessionStore

_SHORT_KEY: Final = 12
_SHORT_RUN: Final = 8
_PREFIX: Final = "v1_"

_TROUBLE: Final[Mapping[Trouble, str]] = {
    "unknown": "not known",
    "unread": "not read",
    "late": "late",
}
"""What stands in place of the status of a run that something is wrong with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldJob:
    """A job, its history, and the time at which both are told.

    Attributes:
        job: Without its content.
        events: Its history, oldest first.
        now: Epoch seconds.
    """

    job: Job
    events: Sequence[JobEvent]
    now: float

    @property
    def state(self) -> State:
        """What becomes of it next."""
        return state_of(self.job, self.now)

    @property
    def trouble(self) -> Trouble:
        """What is wrong with its run; "" for nothing."""
        return trouble_of(self.job, self.now)

    @property
    def answered_at(self) -> float | None:
        """When the server last said anything of its run, in epoch seconds."""
        return answered_at(self.job, self.events)

    @property
    def held_at(self) -> float:
        """When somebody last held it, in epoch seconds."""
        return held_at(self.job, self.events, self.now)

    @property
    def ended_at(self) -> float:
        """When its run was over, in epoch seconds; 0 while it is not."""
        if not self.job.is_over:
            return 0.0
        told = [each.at for each in self.events if each.what == ENDED]
        job = self.job
        return (
            told[-1] if told else job.handed_on_at or job.consumed_at or job.updated_at
        )


def told_jobs(store: SessionStore, jobs: Sequence[Job], now: float) -> list[ToldJob]:
    """Put jobs together with their histories, the newest first."""
    events = store.list_job_events([job.key for job in jobs])
    found = [ToldJob(job=job, events=events.get(job.key, ()), now=now) for job in jobs]
    return found[::-1]


def key_text(job: Job, *, long: bool = False) -> str:
    """Name a job, by enough of its key."""
    return job.key if long else job.key[:_SHORT_KEY]


def thread_text(job: Job, *, long: bool = False) -> str:
    """Name the thread of a job; one without goes by its run."""
    if job.scope.thread_id:
        return job.scope.thread_id
    run = job.interaction_id
    short = run if long else run.removeprefix(_PREFIX)[:_SHORT_RUN]
    return f"(no thread) {short}".rstrip()


def target_text(job: Job) -> str:
    """Name the model or agent."""
    return job.target.partition(":")[2] or job.target


def status_text(told: ToldJob) -> str:
    """Say how a job is, and who waits where that is not as usual."""
    job, state = told.job, told.state
    word = _TROUBLE.get(told.trouble) or job.status.replace("_", " ")
    if state == "running":
        return f"{word}, watched" if is_watcher(job.owner) else word
    if state == "nobody_waits":
        return f"{word}, nobody waits"
    if state == "suspended":
        return f"{word}, suspended"
    if state == "lost":
        return "lost"
    if job.is_waited_for_by_a_graph:
        return f"{word}, graph waits"
    return f"{word}, unclaimed" if job.is_unclaimed else word


def status_style(told: ToldJob) -> Style:
    """Choose the colour of a status."""
    if told.state == "lost" or has_failed(told.job):
        return "red"
    if told.state == "nobody_waits" or told.trouble or told.job.is_unclaimed:
        return "yellow"
    return "blue" if told.state in OPEN else ""


def took_text(told: ToldJob) -> str:
    """Say how long a job has taken, until now where it goes on; "" if nobody knows."""
    if told.state == "lost":
        return ""
    until = told.ended_at or told.now
    return shown_span(max(0.0, until - told.job.created_at))


def deadline_text(told: ToldJob) -> str:
    """Say when a job has taken too long; "" where nobody waits for that."""
    if told.state not in OPEN or told.state == "lost":
        return ""
    left = told.job.deadline_at - told.now
    return f"in {shown_span(left)}" if left > 0 else "over"


def owner_text(told: ToldJob) -> str:
    """Say who holds an open job, or held it; "" for nobody."""
    if told.state not in OPEN:
        return ""
    return describe_owner(holder_of(told.job))


def next_text(told: ToldJob) -> str:
    """Say what is to be done about a job."""
    return advice_of(told.job, told.now)


def server_text(told: ToldJob, at: Callable[[float], str]) -> str:
    """Say when the server last said anything of a run that is not over.

    Args:
        told: The job.
        at: Writes a time.
    """
    if not told.job.is_runnable:
        return ""
    answered, look = told.answered_at, told.job.look
    said = [] if answered is None else [f"answered {at(answered)}"]
    if look is not None and look.failing_since:
        since = f"since {at(look.failing_since)} ({look.failure})"
        how = "has not known it" if look.failure == UNKNOWN else "could not be asked"
        said = [f"{how} {since}", *said]
    return "; before that it ".join(said)


def held_text(told: ToldJob, at: Callable[[float], str]) -> str:
    """Say when somebody last held a job that is not over.

    Args:
        told: The job.
        at: Writes a time.
    """
    if told.state not in OPEN:
        return ""
    return "now" if told.held_at >= told.now else f"until {at(told.held_at)}"


def sum_text(found: Sequence[ToldJob]) -> str:
    """Say how many jobs are open, and what is to be done about them."""
    count = Counter(duty_of(told.job, told.now) for told in found)
    parts: list[tuple[Duty, str]] = [
        ("running", "waited for"),
        ("nobody_waits", f"that nobody waits for ({NEXT['nobody_waits']})"),
        ("suspended", f"that suspended a graph ({NEXT['suspended']})"),
    ]
    said = f"{sum(count[state] for state in OPEN)} open"
    told = [f"{count[duty]} {text}" for duty, text in parts if count[duty]]
    if told := [*told, *_lost(found)]:
        said += f": {', '.join(told)}"
    if graphs := count["graph"]:
        said += f"; {graphs} over that a graph waits for ({NEXT['graph']})"
    return f"{said}{''.join(_troubles(found))}{''.join(_unclaimed(found))}."


def _lost(found: Sequence[ToldJob]) -> Iterator[str]:
    """Say of how many jobs nobody knows the run, by what the next call does."""
    lost = [told.job for told in found if duty_of(told.job, told.now) == "lost"]
    for text, number in Counter(map(lost_text, lost)).items():
        yield f"{number} lost ({text})"


def _troubles(found: Sequence[ToldJob]) -> Iterator[str]:
    """Say how many of the open jobs something is wrong with, whoever waits for them."""
    count = Counter(told.trouble for told in found)
    parts: list[tuple[Trouble, str]] = [
        ("unknown", "that the server does not know"),
        ("unread", "that cannot be read from the server"),
        ("late", "that takes longer than it should"),
    ]
    for trouble, text in parts:
        if count[trouble]:
            yield f"; {count[trouble]} {text} (interactions jobs show JOB)"


def _unclaimed(found: Sequence[ToldJob]) -> Iterator[str]:
    """Say how many runs are over of whose end nobody has heard."""
    jobs = [told.job for told in found if duty_of(told.job, told.now) == "unclaimed"]
    answers = Counter(ask_again(job) for job in jobs if not job.is_failed)
    for call, number in answers.items():
        yield f"; {number} with an answer that nobody has taken ({call} takes it)"
    failed = Counter(unclaimed_text(job) for job in jobs if job.is_failed)
    for text, number in failed.items():
        yield f"; {number} unclaimed (over, and {text})"

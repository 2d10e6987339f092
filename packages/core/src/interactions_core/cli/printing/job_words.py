"""How a job is told to people: its state, its times, who holds it, and what is next."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, cast

from interactions_core.cli.printing.output import shown_span
from interactions_core.cli.printing.table import Style
from interactions_core.process.owners import describe_owner, is_watcher
from interactions_core.records.job_events import ENDED, JobEvent, holder_of
from interactions_core.records.jobs import Job, State, has_failed, state_of
from interactions_core.stores import SessionStore

OPEN: Final[tuple[State, ...]] = ("running", "nobody_waits", "suspended", "lost")
"""What is told first: these jobs are not over, as far as is known."""

_SHORT_KEY: Final = 12
_SHORT_RUN: Final = 8
_PREFIX: Final = "v1_"
_WATCH: Final = "interactions jobs watch"
_RESUME: Final = f"{_WATCH} --resume MODULE:GRAPH"

Duty = Literal[
    "running", "nobody_waits", "suspended", "lost", "graph", "unclaimed", "none"
]
"""What a job needs: as its state says; or it is over, and a graph waits for it, or no
call has had what came of it; or nothing."""

_NEXT: Final[Mapping[Duty, str]] = {
    "nobody_waits": _WATCH,
    "suspended": _RESUME,
    "lost": "the next call begins anew",
    "graph": _RESUME,
    "unclaimed": "the next call is told what came of it",
}
"""What is to be done."""


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
    word = job.status.replace("_", " ")
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
    if told.state == "nobody_waits" or told.job.is_unclaimed:
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


def duty_of(told: ToldJob) -> Duty:
    """Say what a job needs of somebody."""
    job, state = told.job, told.state
    if state in OPEN:
        return cast("Duty", state)
    if state == "ended" and job.is_waited_for_by_a_graph:
        return "graph"
    return "unclaimed" if job.is_unclaimed else "none"


def next_text(told: ToldJob) -> str:
    """Say what is to be done about a job, as a sum of jobs says it."""
    duty = duty_of(told)
    if duty == "running":
        ends = f"interactions jobs cancel {told.job.key}"
        return f"nothing, it is waited for ({ends} ends it)"
    if duty == "none":
        was = "it is done with" if told.job.consumed_at else "its result was handed on"
        return f"nothing, {was}"
    return _NEXT[duty]


def sum_text(found: Sequence[ToldJob]) -> str:
    """Say how many jobs are open, and what is to be done about them."""
    count = Counter(map(duty_of, found))
    parts = [
        ("running", "waited for"),
        ("nobody_waits", f"that nobody waits for ({_NEXT['nobody_waits']})"),
        ("suspended", f"that suspended a graph ({_NEXT['suspended']})"),
        ("lost", f"lost ({_NEXT['lost']})"),
    ]
    said = f"{sum(count[state] for state in OPEN)} open"
    if told := [f"{count[duty]} {text}" for duty, text in parts if count[duty]]:
        said += f": {', '.join(told)}"
    if graphs := count["graph"]:
        said += f"; {graphs} over that a graph waits for ({_NEXT['graph']})"
    if unclaimed := count["unclaimed"]:
        said += f"; {unclaimed} unclaimed (over, and {_NEXT['unclaimed']})"
    return f"{said}."

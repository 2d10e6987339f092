"""What a job needs of somebody, in words that hold wherever it is told. Pure."""

from collections.abc import Mapping
from typing import Final, Literal, cast

from interactions_core.records.jobs.job import GONE, Job, State, state_of
from interactions_core.records.jobs.job_standing import trouble_of

WATCH: Final = "interactions jobs watch"
RESUME: Final = f"{WATCH} --resume MODULE:GRAPH"
RUN_AGAIN: Final = "graph.invoke(None, config)"

OPEN: Final[tuple[State, ...]] = ("running", "nobody_waits", "suspended", "lost")
"""These jobs are not over, as far as is known."""

Duty = Literal[
    "running", "nobody_waits", "suspended", "lost", "graph", "unclaimed", "none"
]
"""What a job needs: as its state says; or it is over, and a graph waits for it, or no
call has had what came of it; or nothing."""

NEXT: Final[Mapping[Duty, str]] = {
    "nobody_waits": WATCH,
    "suspended": RESUME,
    "graph": RESUME,
}
"""What is to be done, where that is the same for all."""

_RAISES: Final = "raises LostSubmitError, or begins anew with on_lost_submit='resubmit'"


def duty_of(job: Job, now: float) -> Duty:
    """Say what a job needs of somebody."""
    state = state_of(job, now)
    if state in OPEN:
        return cast("Duty", state)
    if state == "ended" and job.is_waited_for_by_a_graph:
        return "graph"
    return "unclaimed" if job.is_unclaimed else "none"


def advice_of(job: Job, now: float) -> str:
    """Say what is to be done about a job."""
    duty = duty_of(job, now)
    if duty == "running":
        return _of_waited_for(job, now)
    if duty == "nobody_waits":
        return _of_unwatched(job, now)
    if duty == "lost":
        return lost_text(job)
    if duty == "unclaimed":
        return unclaimed_text(job)
    if duty == "none":
        was = "it is done with" if job.consumed_at else "its result was handed on"
        return f"nothing, {was}"
    return NEXT[duty]


def lost_text(job: Job) -> str:
    """Say what becomes of a job of which nobody knows whether there is a run.

    Whoever asks next is told so, unless somebody was.
    """
    return f"the next call {_RAISES if job.is_taken_up else 'begins anew'}"


def unclaimed_text(job: Job) -> str:
    """Say what becomes of the end of a run of which no call has had anything."""
    if job.status == GONE:
        return f"the next call looks for it once more; if it is not there, it {_RAISES}"
    if job.is_failed:
        return "the next call is told what came of it"
    return f"the answer is there, and nobody has taken it: {ask_again(job)} takes it"


def ask_again(job: Job) -> str:
    """Name the call that goes on with a job."""
    return RUN_AGAIN if job.place is not None else "the same call again"


def ends(job: Job) -> str:
    """Name the command that ends a job."""
    return f"interactions jobs cancel {job.key}"


def _of_waited_for(job: Job, now: float) -> str:
    trouble = trouble_of(job, now)
    if trouble == "unknown":
        return f"{_of_unknown(job)}; until its deadline it is looked at"
    if trouble == "late":
        return f"{ends(job)} ends it, or its deadline does"
    return f"nothing, it is waited for ({ends(job)} ends it)"


def _of_unwatched(job: Job, now: float) -> str:
    if trouble_of(job, now) == "unknown":
        return _of_unknown(job)
    return f"{ask_again(job)} goes on with it; until then {WATCH} keeps its answer"


def _of_unknown(job: Job) -> str:
    return (
        f"{ends(job)} gives it up, and {ask_again(job)} looks for it once more before "
        "another run is begun"
    )

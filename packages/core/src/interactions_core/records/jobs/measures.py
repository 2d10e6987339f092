"""How a store and its ledger of jobs are doing, as numbers. Pure values."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from interactions_core.records.jobs.job import INTENT, LOST, UNFINISHED

State = Literal["intent", "lost", "running", "over", "handed_on"]
"""What becomes of a job next. `intent`: its create is on its way. `lost`: the answer to
its create was lost. `running`: its run goes on. `over`: its run has ended, and nobody
has had the result. `handed_on`: its graph has the result and has not moved on yet. Jobs
that are done with are not counted."""

AGES_S: Final = (60.0, 600.0, 3_600.0, 86_400.0)
"""The upper bounds of the groups of ages, in seconds; the last group has none."""


@dataclass(frozen=True, slots=True)
class JobCount:
    """How many jobs are in a state and of an age.

    Attributes:
        state: Their state.
        under_s: Their age is under this, and not under the next smaller of `AGES_S`;
            infinity for the oldest group.
        number: How many.
        oldest_s: The age of the oldest of them, in seconds since its intent.
    """

    state: State
    under_s: float
    number: int
    oldest_s: float


@dataclass(frozen=True, slots=True)
class PoolUse:
    """What a process uses of a server, and what it has waited for; all zero elsewhere.

    Attributes:
        largest: Connections that the pool may have.
        open: Connections that it has.
        idle: Those of them that nobody uses.
        waiting: Callers that wait for one just now.
        waits: Callers that have waited for one.
        wait_s: For how long, all in all, in seconds.
    """

    largest: int = 0
    open: int = 0
    idle: int = 0
    waiting: int = 0
    waits: int = 0
    wait_s: float = 0.0


def state_of(status: str, *, is_handed_on: bool) -> State:
    """Return the state of a job that is not done with."""
    if is_handed_on:
        return "handed_on"
    if status == LOST:
        return "lost"
    if status == INTENT:
        return "intent"
    return "running" if status in UNFINISHED else "over"


def group_counts(rows: Sequence[tuple[str, bool, float, int, float]]) -> list[JobCount]:
    """Add up counts by status to counts by state.

    Args:
        rows: Of each: a status, whether the jobs were handed on, the bound of their
            ages, how many, and the age of the oldest, in seconds.
    """
    found: dict[tuple[State, float], JobCount] = {}
    for status, is_handed_on, under_s, number, oldest_s in rows:
        key = state_of(status, is_handed_on=is_handed_on), under_s
        before = found.get(key, JobCount(*key, 0, 0.0))
        found[key] = JobCount(
            *key, before.number + number, max(before.oldest_s, oldest_s)
        )
    return [found[key] for key in sorted(found)]


def age_bound(age_s: float) -> float:
    """Return the upper bound of the group that an age belongs to."""
    return next((bound for bound in AGES_S if age_s < bound), float("inf"))

"""How a process and its store are doing, as plain numbers from one function.

`/metrics` writes them down, and whoever exports them elsewhere reads them here.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from interactions_core.process.counters import counted
from interactions_core.records.jobs.measures import JobCount, PoolUse
from interactions_core.stores.protocols.sessions import SessionStore


@dataclass(frozen=True, slots=True)
class Measures:
    """Numbers of a moment.

    Of the store, and so the same wherever they are asked for:

    Attributes:
        jobs: Jobs that are not done with, by state and age; empty where the store was
            not asked.
        pool: What this process uses of the database's server, and has waited for.
        lock_waits: Transactions of this process whose beginning, where locks are taken,
            took 50 ms or longer.
        lock_wait_s: How long those took, all in all, in seconds.
        pool_timeouts: Callers in this process that waited too long for a connection.
        lost_submits: Creates in this process whose answer was lost.
        unrecorded_answers: Answers that this process could not record, and handed on.
        replays: Turns in this process that sent again what had been sent, by the reason
            of their plan: `retry`, `expired`, `foreign`, `stateless`.
        lease_takeovers: Jobs that this process took from one that ended without giving
            them up.
    """

    jobs: Sequence[JobCount] = ()
    pool: PoolUse = field(default_factory=PoolUse)
    lock_waits: int = 0
    lock_wait_s: float = 0.0
    pool_timeouts: int = 0
    lost_submits: int = 0
    unrecorded_answers: int = 0
    replays: Mapping[str, int] = field(default_factory=dict[str, int])
    lease_takeovers: int = 0


def measure(store: SessionStore | None = None, *, now: float | None = None) -> Measures:
    """Return how this process is doing, and its store.

    What grows does so from the beginning of the process. Jobs are counted by an index
    of those that are not done with, however large the store is.

    Args:
        store: Whose jobs and connections; without one, only what happened here.
        now: Epoch seconds, for the ages of jobs.

    Raises:
        StoreError: The store cannot be read.
    """
    at = time.time() if now is None else now
    return Measures(
        jobs=store.count_jobs(at) if store is not None else (),
        pool=store.pool_use() if store is not None else PoolUse(),
        lock_waits=int(counted("lock_wait").get("", 0)),
        lock_wait_s=counted("lock_wait_s").get("", 0.0),
        pool_timeouts=int(counted("pool_timeout").get("", 0)),
        lost_submits=int(counted("lost_submit").get("", 0)),
        unrecorded_answers=int(counted("unrecorded_answer").get("", 0)),
        replays={why: int(number) for why, number in counted("replay").items()},
        lease_takeovers=int(counted("lease_takeover").get("", 0)),
    )

"""What a session store says of how it is doing.

Holds the contract only. The same objects keep the sessions; see `protocols`.
"""

from collections.abc import Sequence
from typing import Protocol

from interactions_core.records.jobs.measures import JobCount, PoolUse


class MeasureStore(Protocol):
    """Numbers for operators; every method may be called from any thread."""

    def count_jobs(self, now: float) -> Sequence[JobCount]:
        """Count the jobs that are not done with, by state and age.

        Reads nothing but an index of those, in databases.

        Args:
            now: Epoch seconds.
        """
        ...

    def pool_use(self) -> PoolUse:
        """Say what this process uses of the server; looks into nothing."""
        ...

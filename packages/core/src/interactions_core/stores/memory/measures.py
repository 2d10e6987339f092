"""The counts of jobs in this process."""

from interactions_core.records.jobs.job import Job
from interactions_core.records.jobs.measures import (
    JobCount,
    PoolUse,
    age_bound,
    group_counts,
)


class MemoryMeasureMixin:
    """The measures of a store in memory."""

    _jobs: dict[str, Job]

    def count_jobs(self, now: float) -> list[JobCount]:
        """Count the jobs that are not done with, by state and age."""
        ages = [
            (job, max(0.0, now - job.created_at))
            for job in [*self._jobs.values()]
            if not job.consumed_at
        ]
        return group_counts(
            [
                (job.status, job.handed_on_at > 0, age_bound(age_s), 1, age_s)
                for job, age_s in ages
            ]
        )

    def pool_use(self) -> PoolUse:
        """Say that there is no server."""
        return PoolUse()

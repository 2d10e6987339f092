"""What the store said as a turn began, for the parts of the turn that would ask it again.

Old news harms nothing: what is taken of it is taken on the condition that it still is as
it was seen. It serves once all the same, so that whoever asks later hears what is new.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from interactions_core.records.interactions import InteractionRecord
from interactions_core.records.jobs.job import Job
from interactions_core.records.openings import Opening


@dataclass(slots=True)
class FirstLook:
    """What was read in one transaction; empty for whoever has read nothing.

    Attributes:
        opening: What was read, as far as it still serves.
        jobs: The jobs that were found, until they are taken.
        has_learned: Whether it was read how long the server keeps, and the turn has
            not found out better.
        learned_s: How long that is; `None` if nothing was learned.
    """

    opening: Opening | None = None
    jobs: Sequence[Job] | None = None
    has_learned: bool = False
    learned_s: float | None = None

    @classmethod
    def of(cls, opening: Opening) -> "FirstLook":
        """Begin with what was read."""
        jobs = opening.jobs if opening.asked.call_digest else None
        return cls(opening, jobs, has_learned=True, learned_s=opening.learned_s)

    def known(
        self, digests: Collection[bytes]
    ) -> dict[bytes, list[InteractionRecord]] | None:
        """Return the records of requests; `None` if it was not asked for all of them."""
        if self.opening is None or not {*digests} <= {
            *self.opening.asked.request_digests
        }:
            return None
        known = self.opening.known
        return {digest: known[digest] for digest in digests if digest in known}

    def take_jobs(self) -> Sequence[Job] | None:
        """Return the jobs once; `None` for whoever has to ask."""
        jobs, self.jobs = self.jobs, None
        return jobs

    def forget(self) -> None:
        """Have records and jobs read anew, because time has passed."""
        self.opening = self.jobs = None

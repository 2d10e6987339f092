"""What a turn asks of its store before anything else, and what it is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from interactions_core.records.accounts import Owner
from interactions_core.records.interactions import InteractionRecord, Scope
from interactions_core.records.jobs.job import Job
from interactions_core.records.turn import GraphPosition


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a turn wants to know.

    Attributes:
        scope: Whose conversation this is.
        request_digests: Of the requests whose records are sought.
        call_digest: Of the call whose jobs are sought; empty for none.
        place: Where in a graph it is made.
    """

    scope: Scope
    request_digests: Sequence[bytes] = ()
    call_digest: bytes = b""
    place: GraphPosition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What a store knows as a turn begins, all of one moment.

    Attributes:
        owner: Whose rows those are.
        asked: What was asked for.
        mark: The thread's `deletion_mark`.
        learned_s: How long the server keeps, as was learned of this owner; `None` if
            nothing was.
        known: The records of the requests, of those that have any.
        jobs: The jobs of the call, and of its task.
    """

    owner: Owner
    asked: Asked
    mark: bytes = b""
    learned_s: float | None = None
    known: Mapping[bytes, list[InteractionRecord]] = field(
        default_factory=dict[bytes, list[InteractionRecord]]
    )
    jobs: Sequence[Job] = ()

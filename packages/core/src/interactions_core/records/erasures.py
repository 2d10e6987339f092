"""What is still to be deleted on the server, as values: ids, and no content.

Pure. A thread's erasures are written down together with its deletion here, so that
whoever dies before the server was asked has forgotten none; `eraser` asks it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from interactions_core.protocol.retention import DAY_S
from interactions_core.records.interactions import StoredInteraction

LATE_S: Final = 30 * DAY_S
"""For how long after a deletion those are told apart that began before it, in seconds.

No run goes on for so long; what is remembered of deletions must not grow for ever.
"""

LATE: Final = b"late"
"""What a turn began with that is known to be older than the last deletion."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """An interaction that is to be deleted on the server.

    Attributes:
        credential: Whose it is: platform, host, and the project or the key that made
            it; the owner where that is not known.
        interaction_id: Its id.
        is_running: Whether it may still be worked on, and is cancelled first.
        created_at: About when it was made, in epoch seconds.
    """

    credential: str
    interaction_id: str
    is_running: bool = False
    created_at: float = 0.0


def plan_erasures(
    held: Sequence[StoredInteraction], runs: Iterable[StoredInteraction]
) -> tuple[list[Erasure], frozenset[str]]:
    """Say what goes with a thread, and what others rest on.

    Args:
        held: The interactions that are recorded for the thread, oldest first.
        runs: The runs of its jobs, which may be recorded as well.

    Returns:
        What to delete, and the ids that are left alone.
    """
    shared = _shared(held)
    recorded = {(each.scope.credential, each.key) for each in held}
    erasures = {
        (each.scope.credential, each.key): Erasure(
            each.made_by or each.scope.credential, each.key, created_at=each.created_at
        )
        for each in held
        if each.key not in shared
    }
    for run in runs:
        name = (run.scope.credential, run.key)
        if run.is_shared:
            continue
        if name not in recorded:
            erasures[name] = Erasure(*name, run.is_running, run.created_at)
        elif name in erasures and run.is_running:
            erasures[name] = replace(erasures[name], is_running=True)
    return list(erasures.values()), shared


def _shared(held: Sequence[StoredInteraction]) -> frozenset[str]:
    """Return what others rest on, all the way up to the root."""
    parents = {each.key: each.parent_id for each in held}
    shared: set[str] = set()
    for each in held:
        key = each.key if each.is_shared else ""
        while key in parents and key not in shared:
            shared.add(key)
            key = parents[key]
    return frozenset(shared)

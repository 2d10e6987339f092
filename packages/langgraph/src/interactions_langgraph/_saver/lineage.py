"""Which ancestors a checkpoint still rests on.

Pure. A delta channel has no value of its own at most checkpoints: it is the nearest
ancestor's value with the writes since. Only the graph knows how to add them up, so
an ancestor in between is kept as long as a kept checkpoint needs it.
"""

import dataclasses
from collections.abc import Iterable, Mapping


@dataclasses.dataclass(frozen=True, slots=True)
class Member:
    """What decides about one checkpoint of a namespace.

    Attributes:
        number: Of its row.
        checkpoint_id: Unique within the namespace.
        parent_id: The checkpoint before it.
        channels: All that have a version.
        stored: Those of them that have a value here.
        deltas: Those that are known to be delta channels.
    """

    row_id: int
    checkpoint_id: str
    parent_id: str | None
    channels: frozenset[str]
    stored: frozenset[str]
    deltas: frozenset[str]


def ancestors_needed(members: Iterable[Member], kept: Iterable[int]) -> set[int]:
    """Return the numbers of the ancestors that values at `kept` are built from.

    Args:
        members: Every checkpoint of one namespace.
        kept: Numbers of those that stay.
    """
    members = tuple(members)
    by_id = {member.checkpoint_id: member for member in members}
    by_number = {member.row_id: member for member in members}
    deltas = frozenset[str]().union(*(member.deltas for member in members))
    needed: set[int] = set()
    walked: dict[int, frozenset[str]] = {}
    for number in kept:
        start = by_number[number]
        needed |= _walk(start, (deltas & start.channels) - start.stored, by_id, walked)
    return needed


def _walk(
    start: Member,
    wanted: frozenset[str],
    by_id: Mapping[str, Member],
    walked: dict[int, frozenset[str]],
) -> set[int]:
    needed: set[int] = set()
    member = by_id.get(start.parent_id or "")
    # What was walked before is passed over, so a loop ends as well.
    while member is not None and wanted - walked.get(member.row_id, frozenset()):
        walked[member.row_id] = walked.get(member.row_id, frozenset()) | wanted
        needed.add(member.row_id)
        wanted -= member.stored
        member = by_id.get(member.parent_id or "")
    return needed

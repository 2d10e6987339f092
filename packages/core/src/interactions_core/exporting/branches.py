"""The branches of a conversation: which answers end one, and what leads there. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from interactions_core.records.interactions import InteractionRecord

_DEAD = b"failed"


@dataclass(frozen=True, slots=True)
class Branch:
    """The turns that lead to an answer, each going on with the context before it.

    Attributes:
        records: Oldest first; without content, if they were read so.
        is_whole: Whether the first of them goes on from nothing that is missing.
    """

    records: tuple[InteractionRecord, ...]
    is_whole: bool = True

    @property
    def last(self) -> InteractionRecord:
        """The answer that it ends with."""
        return self.records[-1]


def list_ends(records: Sequence[InteractionRecord]) -> list[InteractionRecord]:
    """Return the answers that nothing goes on from, the newest first.

    What was asked beside a turn, and what failed, ends no branch: the one is told in
    the turn itself, the other was never in a list.

    Args:
        records: All of a conversation, the oldest first.
    """
    live = [record for record in records if not _is_aside(record)]
    continued = {key for record in live for key in (record.base_key, record.parent_id)}
    ends = [each for each in enumerate(live) if each[1].key not in continued]
    ranked = sorted(ends, key=lambda each: (each[1].created_at, each[0]), reverse=True)
    return [record for _, record in ranked]


def branch_to(
    record: InteractionRecord, known: Mapping[str, InteractionRecord]
) -> Branch:
    """Follow a branch from its end to its beginning.

    Args:
        record: The answer that it ends with.
        known: Records by their keys; those that it goes on from, at the least.
    """
    line = [record]
    while line[-1].base_key in known and known[line[-1].base_key] not in line:
        line.append(known[line[-1].base_key])
    first = line[-1]
    # An adopted answer is known without what it answered.
    is_whole = not (first.base_key or first.parent_id or first.reason == "explicit")
    return Branch(tuple(reversed(line)), is_whole)


def by_key(records: Iterable[InteractionRecord]) -> dict[str, InteractionRecord]:
    """Return records by their keys."""
    return {record.key: record for record in records}


def _is_aside(record: InteractionRecord) -> bool:
    return record.reason == "separate" or record.request_digest.startswith(_DEAD)

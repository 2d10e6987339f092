"""The interactions of one conversation, put together with what they took. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from interactions_core.records.conversations import Recorded
from interactions_core.records.inspection.conversation_drafts import (
    Node,
    connect,
    link_of,
)
from interactions_core.records.interactions import InteractionRecord, LedgerEntry
from interactions_core.records.jobs.job import Job
from interactions_core.records.labels import Label


def node_of(record: InteractionRecord) -> Node:
    """Return what a record says of where it belongs."""
    return Node(
        record.scope,
        record.key,
        record.created_at,
        record.reason,
        record.parent_id,
        record.base_key,
    )


def group_with(key: str, nodes: Iterable[Node]) -> list[Node]:
    """Return the conversation that has an interaction; empty if none has it."""
    for group in connect(nodes):
        if any(node.key == key for node in group):
            return group
    return []


def part_of(keys: Sequence[str], after: str, limit: int | None) -> list[str]:
    """Return a part of a list; behind what is not in it, there is nothing."""
    if after and after not in keys:
        return []
    start = keys.index(after) + 1 if after else 0
    return [*keys[start:]][:limit]


def without_content(record: InteractionRecord) -> InteractionRecord:
    """Leave out of a record what was said."""
    return replace(record, sent=(), held=(), local_results=())


def put_together(
    records: Iterable[InteractionRecord],
    *,
    before: str,
    known: Collection[str],
    entries: Mapping[str, Sequence[LedgerEntry]],
    labels: Mapping[str, Label],
    jobs: Mapping[str, Job],
) -> list[Recorded]:
    """Say of each interaction what it took, and how it goes on.

    Args:
        records: A part of a conversation, oldest first.
        before: The key of the one before that part; "" for none.
        known: Interactions of the scope; those have to be in there that are kept and
            named as parent or base.
        entries: The ledger, by key, oldest first.
        labels: Who asked, by key.
        jobs: The jobs whose runs these are, by key.
    """
    found: list[Recorded] = []
    for record in records:
        earlier = before if record.scope.thread_id else ""
        link, to = link_of(node_of(record), known, earlier)
        found.append(
            Recorded(
                record=without_content(record),
                entries=tuple(entries.get(record.key, ())),
                link=link,
                link_to=to,
                label=labels.get(record.key, Label()),
                job=jobs.get(record.key),
            )
        )
        before = record.key
    return found

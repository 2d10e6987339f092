"""Which interactions are one conversation, and what is known of it before any sums.

Pure. A conversation is a thread. Where a scope has none, interactions that continue or
repeat each other are one, and it is named after the first of them.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from interactions_core.records.conversations import (
    ConversationFilter,
    ConversationId,
    JobTotals,
    Link,
    Position,
)
from interactions_core.records.interactions import Scope
from interactions_core.records.jobs.job import Job
from interactions_core.records.jobs.job_standing import trouble_of


class Node(NamedTuple):
    """An interaction, as far as it says where it belongs."""

    scope: Scope
    key: str
    created_at: float
    reason: str
    parent_id: str
    base_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A conversation without its sums.

    Attributes:
        id: Which it is.
        records: How many interactions the store has of it.
        forks: Those whose reason is `fork`.
        retries: Those whose reason is `retry`.
        has_reason: Whether any has the reason that was asked for.
        first_at: When the first was recorded, or its first job begun, in epoch seconds.
        last_at: When the newest was recorded, or its newest job begun.
        recorded_at: When the newest was recorded; 0 where only jobs are there.
        keys: Its interactions, oldest first, where its scope has no thread; else
            empty.
        jobs: Its background jobs.
    """

    id: ConversationId
    records: int = 0
    forks: int = 0
    retries: int = 0
    has_reason: bool = False
    first_at: float = 0.0
    last_at: float = 0.0
    recorded_at: float = 0.0
    keys: tuple[str, ...] = ()
    jobs: tuple[Job, ...] = field(default=(), repr=False)


def link_of(node: Node, known: Collection[str], before: str) -> tuple[Link, str]:
    """Say how an interaction goes on, and from which.

    Args:
        node: The interaction.
        known: Interactions of its scope; those that it names have to be in there if
            they are kept.
        before: The one before it in its thread; "" for none.
    """
    if node.parent_id and node.parent_id in known:
        return "chained", node.parent_id
    if node.base_key and node.base_key in known:
        return "replayed", node.base_key
    return ("followed", before) if before else ("none", "")


def connect(nodes: Iterable[Node]) -> list[list[Node]]:
    """Put together what continues or repeats each other, each oldest first."""
    scopes: dict[Scope, dict[str, Node]] = {}
    for node in nodes:
        scopes.setdefault(node.scope, {})[node.key] = node
    return [group for known in scopes.values() for group in _connect_one(known)]


def _connect_one(known: Mapping[str, Node]) -> list[list[Node]]:
    tops: dict[str, str] = {}
    groups: dict[str, list[Node]] = {}
    for node in known.values():
        groups.setdefault(_top(node.key, known, tops), []).append(node)
    return [sorted(group, key=_age) for group in groups.values()]


def _top(key: str, known: Mapping[str, Node], tops: dict[str, str]) -> str:
    """Return the one that everything before an interaction goes back to."""
    # A dictionary: a line is in order, and one that ends in itself is noticed.
    line: dict[str, None] = {}
    while key not in tops and key not in line:
        line[key] = None
        _, above = link_of(known[key], known, "")
        key = above or key
    top = tops.get(key, key)
    tops.update(dict.fromkeys(line, top))
    return top


def _age(node: Node) -> tuple[float, str]:
    return node.created_at, node.key


def draft_of(nodes: Sequence[Node], *, reason: str | None = None) -> Draft:
    """Describe a conversation by its interactions, oldest first."""
    first, last = nodes[0], nodes[-1]
    reasons = [node.reason for node in nodes]
    has_thread = bool(first.scope.thread_id)
    return Draft(
        id=ConversationId(first.scope, "" if has_thread else first.key),
        records=len(nodes),
        forks=reasons.count("fork"),
        retries=reasons.count("retry"),
        has_reason=reason in reasons,
        first_at=first.created_at,
        last_at=last.created_at,
        recorded_at=last.created_at,
        keys=() if has_thread else tuple(node.key for node in nodes),
    )


def drafts_of(nodes: Iterable[Node], *, reason: str | None = None) -> list[Draft]:
    """Describe the conversations of any interactions."""
    threads: dict[Scope, list[Node]] = {}
    loose: list[Node] = []
    for node in nodes:
        to = threads.setdefault(node.scope, []) if node.scope.thread_id else loose
        to.append(node)
    groups = [sorted(group, key=_age) for group in threads.values()]
    return [draft_of(group, reason=reason) for group in (*groups, *connect(loose))]


def add_jobs(drafts: Iterable[Draft], jobs: Iterable[Job]) -> list[Draft]:
    """Give conversations their jobs; what has jobs only is one of its own."""
    known = {draft.id: draft for draft in drafts}
    jobs = [*jobs]
    runs = {job.interaction_id for job in jobs}
    owners = {
        (d.id.scope, key): d.id for d in known.values() for key in d.keys if key in runs
    }
    found: dict[ConversationId, list[Job]] = {}
    for job in jobs:
        found.setdefault(_conversation_of(job, owners), []).append(job)
    for name, own in found.items():
        known[name] = _with_jobs(known.get(name), name, own)
    return [*known.values()]


def _conversation_of(
    job: Job, owners: Mapping[tuple[Scope, str], ConversationId]
) -> ConversationId:
    if job.scope.thread_id:
        return ConversationId(job.scope)
    alone = ConversationId(job.scope, job.interaction_id or job.key)
    return owners.get((job.scope, job.interaction_id), alone)


def _with_jobs(draft: Draft | None, name: ConversationId, jobs: list[Job]) -> Draft:
    times = [job.created_at for job in jobs]
    if draft is None:
        draft = Draft(id=name, first_at=min(times), last_at=max(times))
    return replace(
        draft,
        first_at=min(draft.first_at, *times),
        last_at=max(draft.last_at, *times),
        jobs=tuple(sorted(jobs, key=lambda job: (job.created_at, job.key))),
    )


def total_jobs(jobs: Iterable[Job], now: float) -> JobTotals:
    """Count jobs by what became of them."""
    return sum((_job_total(job, now) for job in jobs), JobTotals())


def _job_total(job: Job, now: float) -> JobTotals:
    trouble = trouble_of(job, now)
    is_left = not job.is_over and not job.is_lost and job.is_free(now)
    return JobTotals(
        open=int(not job.is_over),
        unattended=int(is_left and not job.is_waited_for_by_a_graph),
        lost=int(job.is_lost),
        failed=int(job.is_failed),
        ended=int(job.is_over),
        unknown=int(trouble in {"unknown", "unread"}),
        late=int(trouble == "late"),
        unclaimed=int(job.is_unclaimed and not job.is_failed),
    )


def is_meant(draft: Draft, where: ConversationFilter) -> bool:
    """Tell whether a conversation is meant, by what is known of it without sums."""
    scope = draft.id.scope
    return (
        where.session_id in {None, scope.session_id}
        and where.thread_id in {None, scope.thread_id}
        and (where.since is None or draft.last_at >= where.since)
        and (where.until is None or draft.first_at < where.until)
        and (where.reason is None or draft.has_reason)
    )


def sort_drafts(
    drafts: Iterable[Draft], amounts: Mapping[ConversationId, int] | None = None
) -> list[tuple[Position, Draft]]:
    """Put conversations in the order of a list, with where each stands in it.

    Args:
        drafts: The conversations.
        amounts: What they are ordered by, 0 where nothing is said; `None` for when
            they were used last.
    """
    placed = [
        (Position(_amount(draft, amounts), draft.last_at, draft.id), draft)
        for draft in drafts
    ]
    return sorted(placed, key=lambda each: _place(each[0]))


def is_behind(position: Position, after: Position) -> bool:
    """Tell whether a position is behind another one in a list."""
    return _place(position) > _place(after)


def _amount(draft: Draft, amounts: Mapping[ConversationId, int] | None) -> float:
    return draft.last_at if amounts is None else amounts.get(draft.id, 0)


def _place(position: Position) -> tuple[object, ...]:
    # The texts of its id: thousands of objects take long to compare.
    amount, last_at, name = position
    scope = name.scope
    whose = (scope.credential, scope.session_id, scope.thread_id)
    return (-amount, -last_at, *whose, name.root)

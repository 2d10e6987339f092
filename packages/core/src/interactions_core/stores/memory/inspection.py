"""What a store in this process tells whoever looks inside, gone with it."""

from abc import abstractmethod
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from interactions_core.process.forking import Lock
from interactions_core.records.charges import Unanswered
from interactions_core.records.conversations import (
    Content,
    ConversationFilter,
    ConversationId,
    ConversationList,
    Position,
    Recorded,
    Sort,
)
from interactions_core.records.costs import Costs
from interactions_core.records.inspection.conversation_turns import (
    group_with,
    node_of,
    part_of,
    put_together,
)
from interactions_core.records.interactions import InteractionRecord, LedgerEntry, Scope
from interactions_core.records.jobs.job import Job
from interactions_core.records.labels import Label
from interactions_core.stores.listing import choose_conversations
from interactions_core.stores.memory.inspection_lists import MemorySource


class MemoryInspectionMixin:
    """The methods for whoever looks inside a store in memory.

    One lock, held while what is kept is gone through: at most `limit` interactions.
    Nothing counts as used by being looked at.
    """

    _lock: Lock
    _records: OrderedDict[tuple[Scope, str], InteractionRecord]
    _children: dict[tuple[Scope, str], dict[str, None]]
    _entries: dict[tuple[Scope, str], tuple[LedgerEntry, ...]]
    _jobs: dict[str, Job]
    _unanswered: list[tuple[Scope, Unanswered]]

    def __init__(self) -> None:
        super().__init__()
        self._labels: dict[tuple[Scope, str], Label] = {}

    @abstractmethod
    def _expiring(
        self, scope: Scope, records: list[InteractionRecord]
    ) -> list[InteractionRecord]:
        """Say when records expire, by what was learned; whoever calls holds the lock."""

    @abstractmethod
    def _gone_costs(self) -> Iterable[tuple[Scope, str, Costs]]:
        """Return what entries cost that are gone; whoever calls holds the lock."""

    def list_conversations(
        self,
        where: ConversationFilter | None = None,
        *,
        after: Position | None = None,
        limit: int | None = None,
        sort: Sort = "last",
        count_known: bool = True,
    ) -> ConversationList:
        """List conversations with their sums."""
        with self._lock:
            return choose_conversations(
                self._source(), where, after, limit, sort=sort, count_known=count_known
            )

    def records(
        self,
        conversation: ConversationId,
        *,
        after: str = "",
        limit: int | None = None,
    ) -> list[Recorded]:
        """Return the interactions of a conversation without content, oldest first."""
        scope = conversation.scope
        with self._lock:
            own = {r.key: r for r in self._records.values() if r.scope == scope}
            if scope.thread_id:
                order = sorted(own.values(), key=lambda r: (r.created_at, r.key))
                keys = [record.key for record in order]
            else:
                group = group_with(conversation.root, map(node_of, own.values()))
                keys = [node.key for node in group]
            part = [self._shown(own[key]) for key in part_of(keys, after, limit)]
            return put_together(
                self._expiring(scope, part),
                before=after,
                known=own,
                entries={key: self._entries.get((scope, key), ()) for key in own},
                labels={
                    key: each
                    for (whose, key), each in self._labels.items()
                    if whose == scope
                },
                jobs=self._runs_of(scope),
            )

    def conversation_of(self, scope: Scope, key: str) -> ConversationId | None:
        """Say which conversation an interaction belongs to."""
        with self._lock:
            if (scope, key) not in self._records:
                return None
            if scope.thread_id:
                return ConversationId(scope)
            own = [r for r in self._records.values() if r.scope == scope]
        return ConversationId(scope, group_with(key, map(node_of, own))[0].key)

    def contents(self, scope: Scope, keys: Sequence[str]) -> dict[str, Content]:
        """Return what was said in these turns."""
        with self._lock:
            found = [self._records.get((scope, key)) for key in keys]
        return {
            record.key: Content(
                sent=record.sent, synthetic=record.synthetic, held=record.held
            )
            for record in found
            if record is not None
        }

    def _keep_label(self, name: tuple[Scope, str], label: Label | None) -> None:
        """Keep who asked; whoever calls holds the lock."""
        if label:
            self._labels.setdefault(name, label)

    def _copy_label(self, source: tuple[Scope, str], target: tuple[Scope, str]) -> None:
        """Let another thread have a label; whoever calls holds the lock."""
        self._keep_label(target, self._labels.get(source))

    def _forget_label(self, name: tuple[Scope, str]) -> None:
        """Forget a label; whoever calls holds the lock."""
        self._labels.pop(name, None)

    def _shown(self, record: InteractionRecord) -> InteractionRecord:
        children = len(self._children.get((record.scope, record.key), ()))
        return replace(record, children=children)

    def _runs_of(self, scope: Scope) -> dict[str, Job]:
        jobs = [job for job in self._jobs.values() if job.scope == scope]
        jobs.sort(key=lambda job: (job.created_at, job.key))
        return {job.interaction_id: replace(job, plan={}, result={}) for job in jobs}

    def _source(self) -> MemorySource:
        lost = [
            (scope, each.target, Costs(maybe_billed=each.creates))
            for scope, each in self._unanswered
        ]
        return MemorySource(
            records=self._records,
            entries=self._entries,
            labels_kept=self._labels,
            jobs=[*self._jobs.values()],
            others=[*self._gone_costs(), *lost],
            expiring=lambda record: self._expiring(record.scope, [record])[0],
        )

"""What a store in this process tells whoever looks inside, gone with it."""

from abc import abstractmethod
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from interactions_core.process.forking import Lock
from interactions_core.records.charges import Unanswered
from interactions_core.records.conversation_drafts import (
    Draft,
    Position,
    add_jobs,
    drafts_of,
)
from interactions_core.records.conversation_turns import (
    group_with,
    node_of,
    part_of,
    put_together,
)
from interactions_core.records.conversations import (
    Content,
    ConversationFilter,
    ConversationId,
    ConversationList,
    Recorded,
)
from interactions_core.records.costs import Costs, costs_of
from interactions_core.records.interactions import InteractionRecord, LedgerEntry, Scope
from interactions_core.records.jobs import Job
from interactions_core.records.labels import Label
from interactions_core.stores.listing import ByTarget, Newest, choose_conversations


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
    ) -> ConversationList:
        """List conversations with their sums, the newest first."""
        with self._lock:
            return choose_conversations(self._source(), where, after, limit)

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

    def _source(self) -> "_Source":
        lost = [
            (scope, each.target, Costs(maybe_billed=each.creates))
            for scope, each in self._unanswered
        ]
        return _Source(
            records=self._records,
            entries=self._entries,
            labels_kept=self._labels,
            jobs=[*self._jobs.values()],
            others=[*self._gone_costs(), *lost],
            expiring=lambda record: self._expiring(record.scope, [record])[0],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """What is read for a list of conversations, under the store's lock.

    Attributes:
        records: All of them.
        entries: The ledger.
        labels_kept: Who asked, as far as that is known.
        jobs: All of them.
        others: What threads took beside those entries, by target.
        expiring: Says when a record expires, by what was learned.
        owners: Which conversation has an interaction that is in no thread; filled in
            where the conversations are found.
    """

    records: Mapping[tuple[Scope, str], InteractionRecord]
    entries: Mapping[tuple[Scope, str], Sequence[LedgerEntry]]
    labels_kept: Mapping[tuple[Scope, str], Label]
    jobs: Sequence[Job]
    others: Sequence[tuple[Scope, str, Costs]]
    expiring: Callable[[InteractionRecord], InteractionRecord]
    owners: dict[tuple[Scope, str], ConversationId] = field(
        default_factory=dict[tuple[Scope, str], ConversationId]
    )

    def drafts(self, reason: str | None) -> list[Draft]:
        """Return all conversations."""
        found = drafts_of(map(node_of, self.records.values()), reason=reason)
        self.owners.update({(d.id.scope, key): d.id for d in found for key in d.keys})
        return add_jobs(found, self.jobs)

    def having(self, keys: Sequence[str]) -> set[ConversationId]:
        """Return the conversations that have one of these interactions."""
        wanted = {*keys}
        return {self._owner(*name) for name in self.records if name[1] in wanted}

    def costs(self, drafts: Sequence[Draft]) -> Mapping[ConversationId, ByTarget]:
        """Return what these took and cost."""
        found: dict[ConversationId, dict[str, Costs]] = {d.id: {} for d in drafts}
        spent = [
            (self._owner(*name), entry.target, costs_of(entry))
            for name, entries in self.entries.items()
            for entry in entries
        ]
        beside = [(ConversationId(s), target, each) for s, target, each in self.others]
        for name, target, each in (*spent, *beside):
            of_target = found.get(name)
            if of_target is not None:
                of_target[target] = of_target.get(target, Costs()) + each
        return found

    def whole_costs(self, drafts: Sequence[Draft]) -> Costs:
        """Return what all conversations took and cost."""
        costs = self.costs(drafts).values()
        return sum((one for each in costs for one in each.values()), Costs())

    def newest(self, drafts: Sequence[Draft]) -> Mapping[ConversationId, Newest]:
        """Return the newest interaction of each that has one."""
        named = {draft.id for draft in drafts}
        newest: dict[ConversationId, InteractionRecord] = {}
        for name, record in self.records.items():
            owner = self._owner(*name)
            last = newest.get(owner, record)
            if owner in named and _age(record) >= _age(last):
                newest[owner] = record
        return {
            owner: _newest(self.expiring(record)) for owner, record in newest.items()
        }

    def labels(self, drafts: Sequence[Draft]) -> Mapping[ConversationId, Label]:
        """Return what the newest turn says that says anything of who asks."""
        named = {draft.id for draft in drafts}
        found: dict[ConversationId, Label] = {}
        ages = {name: _age(self.records[name]) for name in self.labels_kept}
        for name in sorted(ages, key=lambda each: ages[each]):
            owner = self._owner(*name)
            if owner in named:
                found[owner] = self.labels_kept[name]
        return found

    def _owner(self, scope: Scope, key: str) -> ConversationId:
        return self.owners.get((scope, key), ConversationId(scope))


def _age(record: InteractionRecord) -> tuple[float, str]:
    return record.created_at, record.key


def _newest(record: InteractionRecord) -> Newest:
    is_held = record.stored and not record.gone
    return Newest(record.key, record.reason, record.ends_at if is_held else None)

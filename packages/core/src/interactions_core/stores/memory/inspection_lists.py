"""What a store in memory reads for a list of conversations."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from interactions_core.records.conversations import (
    ConversationFilter,
    ConversationId,
)
from interactions_core.records.costs import Costs, costs_of
from interactions_core.records.inspection.conversation_drafts import (
    Draft,
    add_jobs,
    drafts_of,
)
from interactions_core.records.inspection.conversation_turns import node_of
from interactions_core.records.interactions import InteractionRecord, LedgerEntry, Scope
from interactions_core.records.jobs.job import Job
from interactions_core.records.labels import Label
from interactions_core.stores.listing import Amount, ByTarget, Newest

_AMOUNTS: Final[Mapping[Amount, Callable[[Costs], int]]] = {
    "cost": lambda costs: costs.picousd,
    "tokens": lambda costs: costs.usage.total_tokens,
    "turns": lambda costs: costs.turns,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MemorySource:
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

    def drafts(self, where: ConversationFilter) -> list[Draft]:
        """Return all conversations."""
        found = drafts_of(map(node_of, self.records.values()), reason=where.reason)
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

    def targets(
        self, drafts: Sequence[Draft]
    ) -> Mapping[ConversationId, Collection[str]]:
        """Return what turns of these asked."""
        return {
            name: [target for target, each in costs.items() if each.turns]
            for name, costs in self.costs(drafts).items()
        }

    def amounts(
        self, drafts: Sequence[Draft], of: Amount
    ) -> Mapping[ConversationId, int]:
        """Return what these come to."""
        return {
            name: sum(_AMOUNTS[of](each) for each in costs.values())
            for name, costs in self.costs(drafts).items()
        }

    def total(self, drafts: Sequence[Draft], *, is_whole: bool) -> Costs:  # noqa: ARG002 - as a database is asked
        """Return what these took and cost together."""
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

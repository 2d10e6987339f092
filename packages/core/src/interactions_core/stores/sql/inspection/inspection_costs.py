"""What is read of a SQL database of what listed conversations took and cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from interactions_core.records.conversations import ConversationId
from interactions_core.records.costs import Costs
from interactions_core.records.inspection.conversation_drafts import Draft
from interactions_core.records.interactions import Scope
from interactions_core.stores.listing import ByTarget
from interactions_core.stores.sql import rows
from interactions_core.stores.sql.database import SqlConnection
from interactions_core.stores.sql.inspection import inspection_rows, inspection_sums

_FEW: Final = 1_000
"""Threads that are looked up, instead of reading all of the store."""


def are_few(threads: Sequence[Scope]) -> bool:
    """Tell whether threads are looked up, each by its scope."""
    return len(threads) <= _FEW and all(map(inspection_rows.is_plain, threads))


@dataclass(frozen=True, slots=True)
class CostReader:
    """Reads what conversations took and cost, with one connection.

    Attributes:
        db: The connection.
        is_charged: Whether the store has charges.
        owners: Which conversation has an interaction of no thread.
    """

    db: SqlConnection
    is_charged: bool
    owners: Mapping[tuple[Scope, str], ConversationId]

    def costs(self, drafts: Sequence[Draft]) -> Mapping[ConversationId, ByTarget]:
        """Return what these took and cost."""
        found: dict[ConversationId, dict[str, Costs]] = {}
        named = {draft.id for draft in drafts}
        for name, target, each in (
            *self._thread_costs([d.id for d in drafts if d.id.scope.thread_id]),
            *self._loose_costs([key for d in drafts for key in d.keys]),
            *self._unanswered(),
        ):
            if name in named:
                of_target = found.setdefault(name, {})
                before = of_target.get(target)
                of_target[target] = each if before is None else before + each
        return found

    def total(self, drafts: Sequence[Draft], *, is_whole: bool) -> Costs:
        """Return what these took and cost together."""
        named = {draft.id for draft in drafts}
        lost = [each for name, _, each in self._unanswered() if name in named]
        if is_whole:
            [(_, whole)] = self._sums(inspection_sums.WHOLE_COSTS)
            return sum(lost, whole)
        threads = [d.id.scope for d in drafts if d.id.scope.thread_id]
        return sum(
            (*self._totals_of(threads), *self._loose_total(drafts), *lost), Costs()
        )

    def _thread_costs(
        self, names: Sequence[ConversationId]
    ) -> list[tuple[ConversationId, str, Costs]]:
        if not names:
            return []
        threads = [name.scope for name in names]
        found = (
            self._sums(inspection_sums.COSTS_OF, (inspection_rows.as_scopes(threads),))
            if are_few(threads)
            else self._sums(inspection_sums.THREAD_COSTS)
        )
        return [
            (ConversationId(Scope(*whose)), target, costs)
            for (*whose, target), costs in found
        ]

    def _totals_of(self, threads: Sequence[Scope]) -> list[Costs]:
        plain = [scope for scope in threads if inspection_rows.is_plain(scope)]
        values = (inspection_rows.as_scopes(plain),)
        totals = [costs for _, costs in self._sums(inspection_sums.TOTAL_OF, values)]
        odd = [ConversationId(scope) for scope in {*threads}.difference(plain)]
        others = self._thread_costs(odd)
        return [*totals, *(costs for name, _, costs in others if name in {*odd})]

    def _loose_total(self, drafts: Sequence[Draft]) -> list[Costs]:
        keys = [key for draft in drafts for key in draft.keys]
        if len({key for _, key in self.owners}) < len(self.owners):
            # Two scopes have one of the same key, and it may not be meant in both.
            named = {draft.id for draft in drafts}
            return [each for name, _, each in self._loose_costs(keys) if name in named]
        if not keys:
            return []
        own = {rows.scope_row(scope) for scope, _ in self.owners}
        found = self._sums(inspection_sums.LOOSE_TOTAL, (rows.as_list(keys),))
        return [costs for whose, costs in found if whose in own]

    def _loose_costs(
        self, keys: Sequence[str]
    ) -> list[tuple[ConversationId, str, Costs]]:
        if not keys:
            return []
        found = self._sums(inspection_sums.LOOSE_COSTS, (rows.as_list(keys),))
        return [
            (owner, target, costs)
            for (*whose, key, target), costs in found
            if (owner := self.owners.get((Scope(*whose), key)))
        ]

    def _sums(
        self, sums: inspection_sums.Sums, values: Sequence[object] = ()
    ) -> list[tuple[tuple[str, ...], Costs]]:
        ledger = self.db.execute(sums.ledger, values).fetchall()
        charges = (
            self.db.execute(sums.charges, values).fetchall() if self.is_charged else []
        )
        return inspection_sums.costs_from_rows(sums.width, ledger, charges)

    def _unanswered(self) -> list[tuple[ConversationId, str, Costs]]:
        if not self.is_charged:
            return []
        return [
            (ConversationId(Scope(*row[:3])), row[3], Costs(maybe_billed=int(row[4])))
            for row in self.db.execute(inspection_sums.UNANSWERED).fetchall()
        ]

"""Charges and costs in this process, gone with it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from interactions_core.process.forking import Lock
from interactions_core.records.charges import Pricing, Unanswered
from interactions_core.records.costs import (
    CostBy,
    CostReport,
    Costs,
    add_up,
    check_group,
    costs_of,
    day_of,
    key_of,
    report,
    told_reason,
    why_unknown,
)
from interactions_core.records.interactions import LedgerEntry, Scope
from interactions_core.records.names import check_names

_MOST_UNANSWERED = 10_000
"""Lost creates that are kept before the oldest go."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """What the costs of entries are kept by that are themselves gone."""

    scope: Scope
    target: str
    reason: str
    sent_again: bool
    day: str


@dataclass(slots=True)
class _Gone:
    """What entries took and cost that are gone."""

    costs: Costs = field(default_factory=Costs)
    prices: set[str] = field(default_factory=set[str])
    unknown: Counter[str] = field(default_factory=Counter[str])
    oldest: float = 0.0


class MemoryChargeMixin:
    """The methods about charges of a store in memory; one lock, held for an instant.

    What an entry took is added to a sum when the entry goes with its interaction. Those
    sums are of whole days, have no job, and cannot be priced anew.
    """

    _lock: Lock
    _entries: dict[tuple[Scope, str], tuple[LedgerEntry, ...]]

    def __init__(self) -> None:
        super().__init__()
        self._gone_entries: dict[_Kind, _Gone] = {}
        self._unanswered: list[tuple[Scope, Unanswered]] = []

    def cost(
        self,
        by: CostBy = "model",
        *,
        session_id: str | None = None,
        thread_id: str | None = None,
        since: float | None = None,
        until: float | None = None,
        prices: Pricing | None = None,
    ) -> CostReport:
        """Add up what turns took and cost, in groups."""
        check_group(by)
        check_names(session_id=session_id, thread_id=thread_id)

        def is_meant(scope: Scope, at: float) -> bool:
            in_time = (since is None or at >= since) and (until is None or at < until)
            return in_time and is_within(scope, session_id, thread_id)

        with self._lock:
            entries = [
                (scope, entry)
                for (scope, _), kept in self._entries.items()
                for entry in kept
                if is_meant(scope, entry.created_at)
            ]
            lost = [(s, each) for s, each in self._unanswered if is_meant(s, each.at)]
            gone = [
                (kind, each)
                for kind, each in self._gone_entries.items()
                if is_meant(kind.scope, each.oldest)
            ]
            return _with_gone(add_up(by, entries, lost, prices), gone)

    def costs(
        self, groups: Sequence[CostBy], *, session_id: str | None = None
    ) -> dict[CostBy, CostReport]:
        """Add up the same turns in groups of several kinds."""
        return {by: self.cost(by, session_id=session_id) for by in groups}

    def note_unanswered(self, scope: Scope, lost: Unanswered) -> None:
        """Keep that creates may have been billed which came to no entry."""
        with self._lock:
            self._unanswered.append((scope, lost))
            del self._unanswered[:-_MOST_UNANSWERED]

    def list_unanswered(
        self, *, session_id: str | None = None, thread_id: str | None = None
    ) -> list[tuple[Scope, Unanswered]]:
        """Return what may have been billed beside the ledger, oldest first."""
        check_names(session_id=session_id, thread_id=thread_id)
        with self._lock:
            return [
                (scope, lost)
                for scope, lost in self._unanswered
                if is_within(scope, session_id, thread_id)
            ]

    def _keep_costs(self, scope: Scope, entries: Iterable[LedgerEntry]) -> None:
        """Keep what entries cost that go; whoever calls holds the lock."""
        for entry in entries:
            day = day_of(entry.created_at)
            kind = _Kind(scope, entry.target, entry.reason, entry.sent_again, day)
            gone = self._gone_entries.setdefault(kind, _Gone(oldest=entry.created_at))
            gone.costs += costs_of(entry)
            gone.oldest = min(gone.oldest, entry.created_at)
            gone.prices.update(each.price.prices for each in entry.charges)
            gone.unknown.update(why_unknown(entry))

    def _gone_costs(self) -> Iterable[tuple[Scope, str, Costs]]:
        """Return what entries cost that are gone; whoever calls holds the lock."""
        for kind, each in self._gone_entries.items():
            yield kind.scope, kind.target, each.costs

    def _forget_costs(self, thread_id: str) -> None:
        """Forget those of a thread; whoever calls holds the lock."""
        kinds = [k for k in self._gone_entries if k.scope.thread_id == thread_id]
        for kind in kinds:
            del self._gone_entries[kind]
        self._unanswered = [
            each for each in self._unanswered if each[0].thread_id != thread_id
        ]


def is_within(scope: Scope, session_id: str | None, thread_id: str | None) -> bool:
    """Tell whether a scope is of a session and a thread, where they are given."""
    return session_id in {None, scope.session_id} and thread_id in {
        None,
        scope.thread_id,
    }


def _with_gone(whole: CostReport, gone: list[tuple[_Kind, _Gone]]) -> CostReport:
    groups, prices = dict(whole.rows), {*whole.prices}
    unknown = Counter(whole.unknown)
    for kind, each in gone:
        key = _key(kind, whole.by)
        groups[key] = groups.get(key, Costs()) + each.costs
        prices |= each.prices
        unknown += each.unknown
    return report(whole.by, groups, prices, unknown)


def _key(kind: _Kind, by: CostBy) -> str:
    is_agent = kind.target.startswith("agent:")
    return {
        "session": kind.scope.session_id,
        "thread": kind.scope.thread_id,
        "session_thread": key_of(kind.scope),
        "job": "",
        "model": kind.target,
        "agent": kind.target if is_agent else "",
        "reason": kind.reason,
        "reason_again": told_reason(kind.reason, sent_again=kind.sent_again),
        "day": kind.day,
    }[by]

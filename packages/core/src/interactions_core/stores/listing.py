"""How conversations are chosen, put in order and summed, whichever store has them.

Decides only; what it is told by a `Source` was read by the store.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, Protocol

from interactions_core.records.conversations import (
    Conversation,
    ConversationFilter,
    ConversationId,
    ConversationList,
    Position,
    Sort,
)
from interactions_core.records.costs import Costs
from interactions_core.records.inspection.conversation_drafts import (
    Draft,
    is_behind,
    is_meant,
    sort_drafts,
    total_jobs,
)
from interactions_core.records.interactions import Reason
from interactions_core.records.labels import Label

ByTarget = Mapping[str, Costs]
"""What the turns of a conversation took and cost, by target."""

Amount = Literal["cost", "tokens", "turns"]
"""What a conversation comes to: 1e-12 USD as far as that is known, all tokens, or
turns."""

_ALL: Final = ConversationFilter()


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest interaction of a conversation.

    Attributes:
        key: Its key.
        reason: Why it was sent as it was.
        expires_at: Until when the server should hold it and its ancestry, in epoch
            seconds; `None` where it is not stored, or gone.
    """

    key: str
    reason: Reason
    expires_at: float | None


class Source(Protocol):
    """What a store reads for a list of its conversations, in one look at it."""

    def drafts(self, where: ConversationFilter) -> list[Draft]:
        """Return at least the conversations of its session and thread.

        `has_reason` is about its reason.
        """
        ...

    def having(self, keys: Sequence[str]) -> set[ConversationId]:
        """Return the conversations that have one of these interactions."""
        ...

    def targets(
        self, drafts: Sequence[Draft]
    ) -> Mapping[ConversationId, Collection[str]]:
        """Return what turns of these asked; those without turns may be left out."""
        ...

    def amounts(
        self, drafts: Sequence[Draft], of: Amount
    ) -> Mapping[ConversationId, int]:
        """Return what these come to; those that come to nothing may be left out."""
        ...

    def costs(self, drafts: Sequence[Draft]) -> Mapping[ConversationId, ByTarget]:
        """Return what these took and cost; those without any may be left out."""
        ...

    def total(self, drafts: Sequence[Draft], *, is_whole: bool) -> Costs:
        """Return what these took and cost together.

        Args:
            drafts: Which are meant.
            is_whole: Whether they are all that the store has.
        """
        ...

    def newest(self, drafts: Sequence[Draft]) -> Mapping[ConversationId, Newest]:
        """Return the newest interaction of each that has one."""
        ...

    def labels(self, drafts: Sequence[Draft]) -> Mapping[ConversationId, Label]:
        """Return what the newest turn says that says anything of who asks."""
        ...


def choose_conversations(
    source: Source,
    where: ConversationFilter | None,
    after: Position | None,
    limit: int | None,
    *,
    sort: Sort,
    count_known: bool,
) -> ConversationList:
    """Choose, order and sum up the conversations of a store.

    Args:
        source: What is read of it.
        where: Which are meant; `None` for all.
        after: Where a list before this one ended.
        limit: How many at most; `None` for all.
        sort: What they are ordered by.
        count_known: Whether to say how many there are without the filter.
    """
    where = where or _ALL
    seen = where
    if count_known:
        seen = ConversationFilter(reason=where.reason)
    drafts = source.drafts(seen)
    chosen = _choose(source, drafts, where)
    amounts = None if sort == "last" else source.amounts(chosen, sort)
    ordered = sort_drafts(chosen, amounts)
    behind = [each for each in ordered if after is None or is_behind(each[0], after)]
    page = behind[:limit]
    is_whole = replace(where, now=0.0) == _ALL
    return ConversationList(
        found=_describe(source, [draft for _, draft in page], where.now),
        after=page[-1][0] if page and len(page) < len(behind) else None,
        matching=len(chosen),
        total=source.total(chosen, is_whole=is_whole),
        known=len(drafts) if count_known else None,
    )


def _choose(
    source: Source, drafts: Sequence[Draft], where: ConversationFilter
) -> list[Draft]:
    """Leave out what is not meant.

    Of what is asked of all, only that is read; what they took is added up of a page.
    """
    chosen = [draft for draft in drafts if is_meant(draft, where)]
    if where.keys is not None or where.names is not None:
        having = source.having(where.keys or ())
        names = frozenset(where.names or ())
        chosen = [d for d in chosen if d.id in having or d.id.name in names]
    if where.expires_before is not None:
        newest, before = source.newest(chosen), where.expires_before
        ends = {name: each.expires_at for name, each in newest.items()}
        chosen = [
            d
            for d in chosen
            if (end := ends.get(d.id)) is not None and where.now < end < before
        ]
    if where.model is not None:
        targets, wanted = source.targets(chosen), where.model.casefold()
        chosen = [d for d in chosen if _is_asked(d, targets.get(d.id, ()), wanted)]
    if where.cost_over is not None:
        cost, least = source.amounts(chosen, "cost"), where.cost_over
        chosen = [d for d in chosen if cost.get(d.id, 0) > least]
    return chosen


def _is_asked(draft: Draft, targets: Collection[str], wanted: str) -> bool:
    names = (name.partition(":")[2] for name in targets or _run_by(draft))
    return any(wanted in name.casefold() for name in names)


def _targets(draft: Draft, costs: ByTarget) -> tuple[str, ...]:
    """Return what was asked, the one with most turns first."""
    turns = {target: each.turns for target, each in costs.items() if each.turns}
    if not turns:
        return _run_by(draft)
    return tuple(sorted(turns, key=lambda target: (-turns[target], target)))


def _run_by(draft: Draft) -> tuple[str, ...]:
    """Return what jobs asked."""
    return tuple(sorted({job.target for job in draft.jobs}))


def _sum(costs: Iterable[ByTarget]) -> Costs:
    return sum((one for each in costs for one in each.values()), Costs())


def _describe(
    source: Source,
    page: Sequence[Draft],
    now: float,
) -> tuple[Conversation, ...]:
    costs, newest = source.costs(page), source.newest(page)
    labels = source.labels(page)
    return tuple(
        _conversation(
            draft,
            costs.get(draft.id, {}),
            newest.get(draft.id),
            labels.get(draft.id, Label()),
            now,
        )
        for draft in page
    )


def _conversation(
    draft: Draft, costs: ByTarget, newest: Newest | None, label: Label, now: float
) -> Conversation:
    return Conversation(
        id=draft.id,
        label=label,
        targets=_targets(draft, costs),
        records=draft.records,
        costs=_sum([costs]),
        forks=draft.forks,
        retries=draft.retries,
        first_at=draft.first_at,
        last_at=draft.last_at,
        last=newest.key if newest else "",
        last_reason=newest.reason if newest else None,
        expires_at=newest.expires_at if newest else None,
        jobs=total_jobs(draft.jobs, now),
    )

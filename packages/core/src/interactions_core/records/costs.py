"""What a ledger comes to, in groups: tokens, bytes and money.

Pure. A sum says what it leaves out: a turn whose cost is not known is counted, and why,
and nowhere counts as 0.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from operator import add, attrgetter
from typing import Final, Literal, get_args

from interactions_core.exceptions import ConfigurationError
from interactions_core.records.charges import NOT_PRICED, Pricing, Unanswered, usd
from interactions_core.records.interactions import LedgerEntry, Scope
from interactions_core.records.spending.entry_prices import price_anew
from interactions_core.usage import Usage

CostBy = Literal[
    "session",
    "thread",
    "session_thread",
    "job",
    "model",
    "agent",
    "reason",
    "reason_again",
    "day",
]
"""What turns are grouped by. `model` is the target, `model:NAME` or `agent:NAME`;
`agent` puts those of all models under `""`, and `job` those without one. `thread` puts
those of all sessions with a thread of that name together, and `session_thread` keeps
them apart: `names_of` reads its keys. `reason_again` keeps apart what sent earlier
answers again, see `told_reason`. `day` is the day in UTC, e.g. `2026-11-28`."""

GROUPS: Final = get_args(CostBy)

SENT_AGAIN: Final = ", sent again"
"""What follows a reason in the key of turns that sent earlier answers again."""

SENT_ANYWAY: Final = ("expired", "foreign", "stateless")
"""Reasons that say so themselves."""

_AGENT: Final = "agent:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What some turns took and cost.

    Attributes:
        turns: Entries of the ledger.
        usage: Their tokens; what nobody reported counts as zero.
        searches: Billable queries of Google Search, as far as they were reported.
        steps_sent: Steps in their inputs.
        bytes_sent: Those as JSON, in bytes.
        replay_steps: Steps that a client without sessions would have sent.
        replay_bytes: Those in bytes.
        attempts: Creates that were sent.
        maybe_billed: Creates that may have been billed without an answer, those
            included that came to no turn at all.
        picousd: What is known of the cost, in 1e-12 USD.
        unpriced: Turns whose cost is not known, or not all of it.
        sent_again: Turns that sent earlier answers again.
        again_picousd: What is known of the cost of those.
        again_unpriced: Those whose cost is not known, or not all of it.
    """

    turns: int = 0
    usage: Usage = field(default_factory=Usage)
    searches: int = 0
    steps_sent: int = 0
    bytes_sent: int = 0
    replay_steps: int = 0
    replay_bytes: int = 0
    attempts: int = 0
    maybe_billed: int = 0
    picousd: int = 0
    unpriced: int = 0
    sent_again: int = 0
    again_picousd: int = 0
    again_unpriced: int = 0

    def __add__(self, other: "Costs") -> "Costs":
        return Costs(
            **dict(zip(_NAMES, map(add, _all(self), _all(other)), strict=True))
        )

    @property
    def usd(self) -> Decimal | None:
        """The cost in USD; at least that where `unpriced`, `None` if nothing is known."""
        is_unknown = self.turns and self.unpriced == self.turns and not self.picousd
        return None if is_unknown else usd(self.picousd)

    @property
    def again_usd(self) -> Decimal | None:
        """What the turns cost that sent everything again, in the same way."""
        all_unknown = self.sent_again and self.again_unpriced == self.sent_again
        is_unknown = all_unknown and not self.again_picousd
        return None if is_unknown else usd(self.again_picousd)

    @property
    def fresh_tokens(self) -> int:
        """Input that came from no cache."""
        return self.usage.input_tokens - self.usage.cached_tokens

    @property
    def cached_share(self) -> float | None:
        """Which part of the input came from a cache, 0 to 1; `None` without input."""
        whole = self.usage.input_tokens
        return self.usage.cached_tokens / whole if whole else None


_NAMES: Final = tuple(Costs.__dataclass_fields__)
_all: Final = attrgetter(*_NAMES)


@dataclass(frozen=True, slots=True, kw_only=True)
class CostReport:
    """What a ledger comes to.

    Attributes:
        by: What the turns are grouped by.
        rows: The costs of each group, dearest first; by day, the oldest first.
        total: All of them together.
        prices: Which prices the costs were made with.
        unknown: Why the cost of turns is not known, and of how many.
    """

    by: CostBy
    rows: Mapping[str, Costs]
    total: Costs
    prices: tuple[str, ...] = ()
    unknown: Mapping[str, int] = field(default_factory=dict[str, int])


def report(
    by: CostBy,
    groups: Mapping[str, Costs],
    prices: Iterable[str],
    unknown: Mapping[str, int],
) -> CostReport:
    """Put the groups of a report in order and add them up."""
    keys = sorted(groups)
    if by != "day":
        keys.sort(key=lambda key: (-groups[key].picousd, -groups[key].turns))
    return CostReport(
        by=by,
        rows={key: groups[key] for key in keys},
        total=sum(groups.values(), Costs()),
        prices=tuple(sorted({version for version in prices if version})),
        unknown=dict(sorted(unknown.items())),
    )


def check_group(by: str) -> None:
    """Refuse a word that names no group.

    Raises:
        ConfigurationError: It names none.
    """
    if by not in GROUPS:
        msg = f"costs are grouped by one of {', '.join(GROUPS)}, not by {by!r}"
        raise ConfigurationError(msg)


def add_up(
    by: CostBy,
    entries: Iterable[tuple[Scope, LedgerEntry]],
    unanswered: Iterable[tuple[Scope, Unanswered]] = (),
    prices: Pricing | None = None,
) -> CostReport:
    """Add up a ledger.

    Args:
        by: What the turns are grouped by.
        entries: The ledger.
        unanswered: What may have been billed beside it.
        prices: What costs are made with; as they were written, if none are given.
    """
    group_of, groups = _KEYS[by], dict[str, Costs]()
    versions, unknown = set[str](), Counter[str]()
    for scope, given in entries:
        entry = given if prices is None else price_anew(given, prices)
        key = group_of(scope, entry)
        groups[key] = groups.get(key, Costs()) + costs_of(entry)
        versions.update(each.price.prices for each in entry.charges)
        unknown.update(why_unknown(entry))
    for scope, lost in unanswered:
        entry = _entry_of(lost)
        key = group_of(scope, entry)
        lines = Costs(maybe_billed=lost.creates)
        groups[key] = groups.get(key, Costs()) + lines
    return report(by, groups, versions, unknown)


def costs_of(entry: LedgerEntry) -> Costs:
    """Return what one turn took and cost."""
    known = sum(each.price.picousd or 0 for each in entry.charges)
    unpriced = int(entry.picousd is None)
    return Costs(
        turns=1,
        usage=entry.usage,
        searches=sum(each.searches or 0 for each in entry.charges),
        steps_sent=entry.steps_sent,
        bytes_sent=entry.bytes_sent,
        replay_steps=entry.replay_steps,
        replay_bytes=entry.replay_bytes,
        attempts=entry.attempts,
        maybe_billed=entry.maybe_billed,
        picousd=known,
        unpriced=unpriced,
        sent_again=int(entry.sent_again),
        again_picousd=known if entry.sent_again else 0,
        again_unpriced=unpriced if entry.sent_again else 0,
    )


def why_unknown(entry: LedgerEntry) -> set[str]:
    """Say why the cost of a turn is not known; nothing where it is."""
    if not entry.charges:
        return {NOT_PRICED}
    unpriced = [each for each in entry.charges if each.price.picousd is None]
    return {each.price.reason or NOT_PRICED for each in unpriced}


def key_of(scope: Scope) -> str:
    """Name a thread of a session; no two of them have one name."""
    return f"{len(scope.session_id)}:{scope.session_id}{scope.thread_id}"


def names_of(key: str) -> tuple[str, str]:
    """Return the session and the thread that `key_of` has named."""
    length, _, names = key.partition(":")
    return names[: int(length)], names[int(length) :]


def told_reason(reason: str, *, sent_again: bool) -> str:
    """Name why a turn was sent as it was: a `root` may be the first of its thread or not.

    Returns:
        The reason; with `SENT_AGAIN` where earlier answers were sent again and the
        reason does not say so.
    """
    is_silent = sent_again and reason not in SENT_ANYWAY
    return f"{reason}{SENT_AGAIN}" if is_silent else reason


def day_of(at: float) -> str:
    """Name the day of a time in epoch seconds, in UTC."""
    return datetime.fromtimestamp(at, UTC).date().isoformat()


def _entry_of(lost: Unanswered) -> LedgerEntry:
    return LedgerEntry(
        key=lost.interaction_id,
        target=lost.target,
        reason="root",
        status=lost.what,
        usage=Usage(),
        created_at=lost.at,
    )


_KEYS: Final[Mapping[str, Callable[[Scope, LedgerEntry], str]]] = {
    "session": lambda scope, _: scope.session_id,
    "thread": lambda scope, _: scope.thread_id,
    "session_thread": lambda scope, _: key_of(scope),
    "job": lambda _, entry: entry.job,
    "model": lambda _, entry: entry.target,
    "agent": lambda _, entry: entry.target if entry.target.startswith(_AGENT) else "",
    "reason": lambda _, entry: entry.reason,
    "reason_again": lambda _, entry: told_reason(
        entry.reason, sent_again=entry.sent_again
    ),
    "day": lambda _, entry: day_of(entry.created_at),
}

"""What was sent, and what a client that continues would have sent and paid."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from interactions_core.explaining.explanation import Amount, Because
from interactions_core.prices.current import current_prices
from interactions_core.records.charges import Charge, Pricing, usd
from interactions_core.records.interactions import InteractionRecord, LedgerEntry
from interactions_core.records.outlines import Outline
from interactions_core.transcript.steps import MODEL_KINDS

_CONTINUED: Final = {
    *("continues", "system_changed", "tools_changed", "new_conversation"),
    *("sibling", "separate"),
}
SENT_IN_FULL: Final = frozenset({"root", "expired", "foreign", "stateless", "separate"})
"""Reasons for which nothing was chained on."""

_MODEL: Final = "model:"


def sent_amount(
    record: InteractionRecord, entry: LedgerEntry | None, repeated: int | None
) -> Amount:
    """Return what was sent; of what was paid for elsewhere only how many steps."""
    if entry is None:
        return Amount(len(record.sent) + (repeated or 0), 0)
    return Amount(entry.steps_sent, entry.bytes_sent)


def repeated_steps(
    record: InteractionRecord,
    kept: int,
    steps_sent: int | None,
    base: InteractionRecord | None,
) -> int | None:
    """Count the steps that were sent before those that a record has.

    Args:
        record: The turn.
        kept: How many steps its record has.
        steps_sent: How many were sent; `None` for what was paid for elsewhere.
        base: The record whose context they follow; `None` where it is not kept.

    Returns:
        The count; `None` where nobody knows.
    """
    if not kept:
        return None
    if steps_sent is not None:
        return max(0, steps_sent - kept)
    if record.parent_id or not record.base_key:
        return 0
    return base.context_steps if base is not None else None


def chained_amount(
    record: InteractionRecord, outline: Outline | None, because: Because
) -> Amount | None:
    """Return what a client that continues would have sent: what no model has said yet."""
    if outline is None or because in _CONTINUED:
        return None
    shapes = outline.list
    spoken = [i for i, shape in enumerate(shapes) if shape.kind in MODEL_KINDS]
    if not spoken or record.reason == "explicit":
        return None
    rest = shapes[spoken[-1] + 1 :]
    return Amount(len(rest), sum(shape.size for shape in rest))


def chained_usd(
    entry: LedgerEntry | None, chained: Amount | None, prices: Pricing | None = None
) -> Decimal | None:
    """Return about what a turn would have cost that was sent in full, in USD.

    The service bills the same input for a chain. What differs is how much of it can be
    expected to come from its cache: all but the new part. So of the fresh tokens the
    part that is not new is priced as cached.

    Args:
        entry: What the turn took.
        chained: What a client that continues would have sent.
        prices: Prices both, at the time of the turn; those that hold here, if none are
            given. What was recorded is changed in proportion, so that prices that were
            corrected since make no difference.

    Returns:
        The cost; `None` where nobody knows, for agents, for answers that are not
        stored, and for what was sent in part.
    """
    if entry is None or chained is None or entry.picousd is None:
        return None
    whole = entry.replay_bytes
    if not _may_be_told(entry) or not 0 < chained.bytes <= whole:
        return None
    # They take long to load, and for most turns nobody asks.
    prices = prices or current_prices()
    old = 1 - Decimal(chained.bytes) / whole
    before = _priced(entry.charges, entry.target, prices)
    after = _priced([_cached(one, old) for one in entry.charges], entry.target, prices)
    if not before or after is None:
        return None
    return usd(round(Decimal(entry.picousd) * after / before))


def _may_be_told(entry: LedgerEntry) -> bool:
    is_whole = entry.reason in SENT_IN_FULL - {"stateless"}
    return is_whole and entry.target.startswith(_MODEL)


def _cached(charge: Charge, old: Decimal) -> Charge:
    """Return a charge of whose fresh input this part came from the cache."""
    cached = charge.cached_tokens or 0
    fresh = max(0, (charge.input_tokens or 0) - cached)
    return replace(charge, cached_tokens=cached + round(fresh * old))


def _priced(charges: Sequence[Charge], target: str, prices: Pricing) -> int | None:
    """Add up what charges cost, in 1e-12 USD; `None` if that of any is unknown."""
    costs = [prices.price(charge, target).picousd for charge in charges]
    known = [cost for cost in costs if cost is not None]
    return sum(known) if len(known) == len(costs) else None

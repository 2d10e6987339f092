"""Why amounts have no price, and what brings one: said here, and shown everywhere.

A price is written with a turn as it is recorded, so that what was missing then may be
there by now. Pure but for the prices and the day.
"""

import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from interactions_core.prices.changes import without_price
from interactions_core.prices.current import NoPrices, current_prices
from interactions_core.prices.own import OwnPrices
from interactions_core.records.charges import NOT_PRICED, Pricing
from interactions_core.records.costs import why_unknown
from interactions_core.records.interactions import LedgerEntry

NOT_INSTALLED: Final = "no prices were installed at the time"
UNREADABLE: Final = "the file of prices could not be read at the time"

ANEW: Final = "interactions usage --reprice"
"""What prices anew and writes nothing."""

Here = Callable[[], Pricing]

_KEPT: Final = (
    # As a ledger has it, in the words of that time and for the machine of that time.
    (re.compile(r"a cost in USD needs \S+, which is not installed"), NOT_INSTALLED),
    (re.compile(r"(the prices in|line \d+ of|\S+ of line \d+ of) "), UNREADABLE),
)
_OF_THEN: Final = frozenset({NOT_INSTALLED, UNREADABLE, NOT_PRICED})
_PRICELESS: Final = re.compile(r"(\S+) has no price")


def reasons_of(unknown: Mapping[str, int]) -> dict[str, int]:
    """Return why turns have no price, and how many, in words that are true later on.

    Args:
        unknown: The reasons as a ledger has them.
    """
    found = Counter[str]()
    for reason, turns in unknown.items():
        found[_said(reason)] += turns
    # What prices of today may mend comes last, before how they do.
    return dict(sorted(found.items(), key=lambda each: (each[0] in _OF_THEN, each[0])))


def why_no_price(unknown: Mapping[str, int], now: Here = current_prices) -> str:
    """Say why amounts have no price, and what shows one; no full stop.

    Args:
        unknown: The reasons as a ledger has them, and of how many turns.
        now: Returns the prices that hold here; they take long to load, and are asked
            for only where they may know more than those of then.
    """
    found = reasons_of(unknown)
    said = "; ".join(
        f"{reason} ({turns})" if len(found) > 1 else reason
        for reason, turns in found.items()
    )
    if not may_be_priced(unknown, now):
        return said
    here = now()
    lacking = _lacking(here)
    if lacking is not None:
        return f"{said}, and {lacking.reason}; then {ANEW} shows what it comes to"
    return f"{said}; {ANEW} shows what it comes to by {here.version}"


def may_be_priced(unknown: Mapping[str, int], now: Here) -> bool:
    """Tell whether what had no price then may have one by prices of today.

    Args:
        unknown: As `why_no_price` takes it.
        now: As `why_no_price` takes it.
    """
    return any(_is_mendable(reason, now) for reason in reasons_of(unknown))


def no_price_text(
    turns: int, unknown: Mapping[str, int] | None, now: Here = current_prices
) -> str:
    """Say how many turns have no price, why, and what shows one; "" for none.

    Args:
        turns: How many have none, or not for all that they took.
        unknown: As `why_no_price` takes it; `None` where it is not known of all.
        now: As `why_no_price` takes it.
    """
    if not turns:
        return ""
    has = "turn has" if turns == 1 else "turns have"
    if unknown is None:
        return f"{turns} {has} no price; interactions usage says why."
    return f"{turns} {has} no price, or not all of it: {why_no_price(unknown, now)}."


def reasons_in(entries: Iterable[LedgerEntry]) -> dict[str, int]:
    """Count why turns have no price, as `CostReport.unknown` does."""
    return Counter(reason for entry in entries for reason in why_unknown(entry))


def _said(reason: str) -> str:
    return next((said for kept, said in _KEPT if kept.match(reason)), reason)


def _is_mendable(reason: str, now: Here) -> bool:
    """Tell whether prices of today know more than those of then."""
    if reason in _OF_THEN:
        return True
    named = _PRICELESS.fullmatch(reason)
    if named is None:
        return False
    return not without_price(now(), [f"model:{named[1]}"], time.time())


def _lacking(now: Pricing) -> NoPrices | None:
    """Return what says why the library's prices are not here; `None` where they are."""
    others = now.others if isinstance(now, OwnPrices) else now
    return others if isinstance(others, NoPrices) else None

"""Prices: whose they are, and which models of a store have none, or others soon."""

from collections.abc import Iterator

from interactions_core.doctor.checks import Check
from interactions_core.exceptions import ConfigurationError, InteractionsError
from interactions_core.prices.changes import coming_changes, without_price
from interactions_core.prices.current import VARIABLE, prices_of
from interactions_core.prices.missing import may_be_priced, no_price_text
from interactions_core.records.charges import Pricing
from interactions_core.records.costs import CostReport
from interactions_core.stores import SessionStore


def check_prices(store: SessionStore | None, *, now: float) -> Iterator[Check]:
    """Say what the prices here know of the models and agents in a store.

    Args:
        store: The store; `None` for none.
        now: Epoch seconds.
    """
    try:
        prices = prices_of(None)
    except ConfigurationError as exc:
        fix = f"Mend that, or unset {VARIABLE}: turns are recorded without a cost."
        yield Check("prices", "fail", str(exc), fix)
        return
    found = _costs(store)
    if not prices.version:
        yield Check("prices", "ok", "none are installed, and turns get no cost")
        yield from _without(found, prices)
        return
    targets = sorted(found.rows) if found is not None else []
    unknown = without_price(prices, targets, now)
    known = len(targets) - len(unknown)
    count = f", {known} of {len(targets)} models known" if targets else ""
    yield Check("prices", "ok", f"{prices.version}{count}")
    yield from _in_trouble(prices, targets, unknown, now)
    yield from _without(found, prices)


def _in_trouble(
    prices: Pricing, targets: list[str], unknown: list[str], now: float
) -> Iterator[Check]:
    if unknown:
        names = ", ".join(each.partition(":")[2] for each in unknown)
        fix = f"Name a price of your own in {VARIABLE}, if you know one."
        yield Check("prices", "warn", f"no price: {names}", fix)
    for change in coming_changes(prices, targets, now):
        yield Check("prices", "warn", change)


def _without(found: CostReport | None, prices: Pricing) -> Iterator[Check]:
    """Say of turns that have no price, although they could, what shows one."""
    if found is not None and may_be_priced(found.unknown, lambda: prices):
        said = no_price_text(found.total.unpriced, found.unknown, lambda: prices)
        yield Check("prices", "ok", said.removesuffix("."))


def _costs(store: SessionStore | None) -> CostReport | None:
    """Add up a store by the models and agents that its turns have asked."""
    try:
        return store.cost("model") if store is not None else None
    except InteractionsError:
        # That is said where the store is looked at.
        return None

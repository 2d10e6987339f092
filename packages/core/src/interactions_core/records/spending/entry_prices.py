"""The prices of an entry of the ledger, made of its charges. Pure but for the log.

Whatever a price list does, an answer that was paid for is kept with it.
"""

import logging
from dataclasses import replace
from typing import Final

from interactions_core.logs import bare_error, log_fields
from interactions_core.records.charges import PICO, Charge, Price, Pricing
from interactions_core.records.interactions import LedgerEntry
from interactions_core.usage import Usage

_DEAREST: Final = 1_000_000 * PICO
"""In 1e-12 USD; databases add up nine of these."""

logger: Final = logging.getLogger("interactions_core")


def priced_entry(entry: LedgerEntry, prices: Pricing) -> LedgerEntry:
    """Return an entry whose charges have their prices."""
    charges = tuple(
        replace(charge, price=_price(charge, entry.target, prices))
        for charge in entry.charges
    )
    return replace(entry, charges=charges)


def price_anew(entry: LedgerEntry, prices: Pricing) -> LedgerEntry:
    """Price an entry anew; of an old one by what it adds up to."""
    if not entry.charges:
        whole = Charge(
            model=entry.target.removeprefix("model:"),
            asked_at=entry.created_at,
            **{n: getattr(entry.usage, n) for n in Usage.__dataclass_fields__},
        )
        entry = replace(entry, charges=(whole,))
    return priced_entry(entry, prices)


def _price(charge: Charge, target: str, prices: Pricing) -> Price:
    """Return a price, whatever becomes of the attempt: an answer is kept with it."""
    try:
        price = prices.price(charge, target)
    except Exception as error:
        logger.exception(
            "%s cannot price %s",
            prices.version,
            target,
            extra=log_fields("pricing_failed", error=error, target=target),
            exc_info=bare_error(error),
        )
        return Price(
            prices=prices.version, reason=f"pricing failed: {type(error).__name__}"
        )
    if price.picousd is not None and abs(price.picousd) > _DEAREST:
        return replace(price, picousd=None, reason="more than one answer can cost")
    return price

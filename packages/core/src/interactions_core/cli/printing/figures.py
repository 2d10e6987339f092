"""Tokens and money as people read them. Pure."""

from decimal import Decimal
from typing import Final

from interactions_core.records.costs import Costs

NO_PRICE: Final = "no price"

_KILO: Final = 1_000
_MEGA: Final = 1_000_000
_GIGA: Final = 1_000_000_000
_SHORT: Final = 10
"""From so many of a unit on there are no decimals."""


def tokens_text(count: int) -> str:
    """Write a count: `664`, `2.0k`, `412k`, `1.30M`, `1.21G`.

    By the letters of sizes, in which B is a byte and no billion.
    """
    if count < _KILO:
        return str(count)
    if round(count / _KILO) < _KILO:
        return _short(count / _KILO, "k")
    if round(count / _MEGA, 2) < _KILO:
        return f"{count / _MEGA:.2f}M"
    return f"{count / _GIGA:.2f}G"


def usd_text(usd: Decimal) -> str:
    """Write an amount: `$1.16`, `$0.857`, `$0.0075`."""
    if usd >= 1:
        return f"${usd:,.2f}"
    if usd >= Decimal("0.01"):
        return f"${usd:.3f}"
    if not usd:
        return "$0"
    return f"${usd:.4f}" if usd >= Decimal("0.00005") else "< $0.0001"


def cost_text(usd: Decimal | None, unpriced: int) -> str:
    """Write a cost; at least that much where some of it is not known."""
    if usd is None:
        return NO_PRICE
    return f">= {usd_text(usd)}" if unpriced else usd_text(usd)


def avoided_text(costs: Costs) -> str:
    """Write which part of a replay was not sent: `96 %`; `-` for nothing to send."""
    if not costs.replay_bytes:
        return "-"
    return f"{round(100 * (1 - costs.bytes_sent / costs.replay_bytes))} %"


def _short(value: float, unit: str) -> str:
    is_short = round(value, 1) < _SHORT
    return f"{value:.1f}{unit}" if is_short else f"{value:.0f}{unit}"

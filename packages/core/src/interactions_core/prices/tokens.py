"""The tokens of a charge as they are billed, or why they cannot be. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from interactions_core.records.charges import PICO, Charge, Price

MILLION: Final = Decimal(1_000_000)
THOUSAND: Final = Decimal(1_000)

SEARCH: Final = "google_search"


@dataclass(frozen=True, slots=True)
class Billed:
    """What is billed of a charge.

    Attributes:
        input: All input, results of built-in tools included.
        cached: The part of it that came from a cache.
        output: All output, thoughts included.
        thoughts: The part of it that are thoughts.
        searches: Queries of Google Search.
    """

    input: int
    cached: int
    output: int
    thoughts: int
    searches: int


class UnknownTokensError(Exception):
    """A charge does not say what is billed; the message says what is missing."""


def billed(charge: Charge) -> Billed:
    """Return what is billed of a charge.

    Raises:
        UnknownTokensError: It does not say.
    """
    others = {each: n for each, n in (charge.tools or {}).items() if each != SEARCH}
    priceless = sorted(each for each, count in others.items() if count)
    if priceless:
        msg = f"uses of {', '.join(priceless)} have no price"
        raise UnknownTokensError(msg)
    counts: Mapping[str, int | None] = {
        "input": charge.input_tokens,
        "output": charge.output_tokens,
        "thought": charge.thought_tokens,
        "tool use": charge.tool_use_tokens,
    }
    known = {name: count for name, count in counts.items() if count is not None}
    # API: the total is the sum of these four, in every body that was recorded.
    if len(known) < len(counts) and charge.total_tokens == sum(known.values()):
        known = dict.fromkeys(counts, 0) | known
    missing = [name for name in counts if name not in known]
    if charge.cached_tokens is None:
        missing.append("cached")
    if charge.searches is None and not missing:
        missing.append("searches, which")
    if missing:
        msg = f"{', '.join(missing)} tokens were not reported"
        raise UnknownTokensError(msg.replace(", which tokens", ""))
    return Billed(
        input=known["input"] + known["tool use"],
        cached=charge.cached_tokens or 0,
        output=known["output"] + known["thought"],
        thoughts=known["thought"],
        searches=charge.searches or 0,
    )


def priced(usd: Decimal, prices: str) -> Price:
    """Return a price that is known."""
    return Price(picousd=round(usd * PICO), prices=prices)


def unpriced(reason: str, prices: str = "") -> Price:
    """Return a price that is not known."""
    return Price(prices=prices, reason=reason)

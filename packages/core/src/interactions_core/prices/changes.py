"""Which prices change soon, as far as they are known today. Pure but for the prices."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from interactions_core.records.charges import Charge, Pricing

_DAYS: Final = 60
_MILLION: Final = 1_000_000

_UNIT: Final = Charge(
    tier="standard",
    input_tokens=_MILLION // 10,
    cached_tokens=0,
    output_tokens=_MILLION // 10,
    thought_tokens=0,
    tool_use_tokens=0,
    total_tokens=_MILLION // 5,
    tools={},
)


def without_price(prices: Pricing, targets: Iterable[str], now: float) -> list[str]:
    """Return those of some targets of which nobody knows the price today.

    Args:
        prices: The prices.
        targets: `model:NAME` or `agent:NAME`.
        now: Epoch seconds.
    """
    today = replace(_UNIT, asked_at=now)
    return [each for each in targets if prices.price(today, each).picousd is None]


def coming_changes(prices: Pricing, targets: Iterable[str], now: float) -> list[str]:
    """Say which prices change within sixty days, e.g. `m doubles on 1 January 2027`.

    Args:
        prices: The prices.
        targets: `model:NAME` or `agent:NAME`.
        now: Epoch seconds.
    """
    found: list[str] = []
    for target in targets:
        said = _change(prices, target, now)
        if said:
            found.append(f"{target.partition(':')[2]} {said}")
    return found


def _change(prices: Pricing, target: str, now: float) -> str:
    today = datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0)
    before = prices.price(replace(_UNIT, asked_at=now), target).picousd
    for days in range(1, _DAYS + 1 if before else 0):
        day = today + timedelta(days=days)
        after = prices.price(replace(_UNIT, asked_at=day.timestamp()), target).picousd
        if before and after and after != before:
            return f"{_how(after / before)} on {day.day} {day:%B %Y}"
    return ""


def _how(ratio: float) -> str:
    if ratio == 2:  # noqa: PLR2004 - a word of its own
        return "doubles"
    return f"costs {ratio:.3g} times as much"

"""What the price library lacks, line by line, each with its source.

Data and its look-up only. A line goes as soon as the library has it: what that knows is
always preferred.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Final

DATE: Final = "2026-11-28"
"""When the lines were last compared with their sources."""

_LITELLM: Final = "litellm 1.110.2, model_prices_and_context_window_backup.json"
_LIBRARY: Final = "genai-prices 0.2.3, price_comments of the model"


@dataclass(frozen=True, slots=True)
class TierFactor:
    """By how much a tier changes the prices of tokens; searches cost the same.

    Attributes:
        models: A pattern of names.
        tier: The tier.
        factor: What the standard price is multiplied with.
        source: Who says so.
    """

    models: str
    tier: str
    factor: Decimal
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Prices of a model, in USD per million tokens.

    Attributes:
        model: Its name.
        since: From which day on, in UTC.
        input: Fresh input, results of built-in tools included.
        cached: Input from a cache.
        output: Output, thoughts included.
        searches: A thousand queries of Google Search.
        source: Who says so.
    """

    model: str
    since: date
    input: Decimal
    cached: Decimal
    output: Decimal
    searches: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class AgentModel:
    """The model that an agent is billed by.

    Attributes:
        agents: A pattern of names.
        model: The model; its price for short prompts, since a run is many calls.
        searches: A thousand queries of Google Search, in USD.
        source: Who says so.
    """

    agents: str
    model: str
    searches: Decimal
    source: str


TIERS: Final = (
    TierFactor("gemini-3.6-flash*", "flex", Decimal("0.5"), _LIBRARY),
    TierFactor("gemini-3.7-flash*", "flex", Decimal("0.5"), _LIBRARY),
    TierFactor("gemini-3.7-flash*", "priority", Decimal("1.8"), _LIBRARY),
    TierFactor("gemini-3.8-flash*", "flex", Decimal("0.5"), _LIBRARY),
    TierFactor("gemini-3.8-flash*", "priority", Decimal("1.8"), _LIBRARY),
    TierFactor("gemini-flash-latest", "flex", Decimal("0.5"), _LIBRARY),
    TierFactor("gemini-flash-latest", "priority", Decimal("1.8"), _LIBRARY),
    TierFactor("gemini-3*", "flex", Decimal("0.5"), _LITELLM),
    TierFactor("gemini-3*", "priority", Decimal("1.8"), _LITELLM),
    TierFactor("gemini-4-argon*", "flex", Decimal("0.5"), _LIBRARY),
    TierFactor("gemini-4-argon*", "priority", Decimal("1.8"), _LIBRARY),
    TierFactor("gemini-4-hydrogen*", "flex", Decimal("0.5"), _LITELLM),
    TierFactor("gemini-4-hydrogen*", "priority", Decimal("1.8"), _LITELLM),
)

MODELS: Final = (
    Rates(
        model="gemini-4-hydrogen",
        since=date(2026, 1, 1),
        input=Decimal("1.50"),
        cached=Decimal("0.075"),
        output=Decimal("7.50"),
        searches=Decimal(14),
        source=_LITELLM,
    ),
)

AGENTS: Final = (
    # Its own entries there: 2 and 12 per million, as 3.1 Pro, and 35 for searches.
    AgentModel("deep-research-*", "gemini-3.1-pro-preview", Decimal(35), _LITELLM),
)


def tier_factor(model: str, tier: str) -> Decimal | None:
    """Return what a tier multiplies with; `None` where nobody says."""
    if tier in {"", "standard"}:
        return Decimal(1)
    return next(
        (
            each.factor
            for each in TIERS
            if each.tier == tier and fnmatchcase(model, each.models)
        ),
        None,
    )


def rates_of(model: str, day: date, lines: Sequence[Rates] = MODELS) -> Rates | None:
    """Return the rates of a model on a day; `None` where there are none."""
    known = [each for each in lines if each.model == model and each.since <= day]
    return max(known, key=lambda each: each.since, default=None)


def model_of(agent: str) -> AgentModel | None:
    """Return what an agent is billed by; `None` where nobody says."""
    return next((each for each in AGENTS if fnmatchcase(agent, each.agents)), None)

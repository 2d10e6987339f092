"""The prices of the library genai-prices, with the overlay for what it lacks.

The library's snapshot lies in its package. It is replaced only by who asks for that:
`genai_prices.UpdatePrices` or `set_custom_snapshot`, which this module never does.
"""

import functools
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, cast

from interactions_core.extras import require
from interactions_core.prices import overlay
from interactions_core.prices.tokens import (
    MILLION,
    THOUSAND,
    Billed,
    UnknownTokensError,
    billed,
    priced,
    unpriced,
)
from interactions_core.records.charges import Charge, Price

_PROVIDER: Final = "google"

_MODALITIES: Final = {"audio": "audio", "image": "image", "video": "video"} | {
    # As the library reads what other calls of the same models report.
    "document": "image",
}


class LibraryPrices:
    """Prices by their date, tier and size of prompt.

    Raises:
        MissingPackageError: The library is not installed.
    """

    def __init__(self) -> None:
        # Not before there is a library to ask about.
        from importlib.metadata import version  # noqa: PLC0415

        self._library: Any = require("prices", "genai_prices", what="a cost in USD")
        self._types: Any = require("prices", "genai_prices.types", what="a cost in USD")
        self._number = version("genai-prices")

    @property
    def version(self) -> str:
        """Name the library's release and the overlay's date."""
        return f"genai-prices {self._number}, overlay {overlay.DATE}"

    def price(self, charge: Charge, target: str) -> Price:
        """Return what a charge costs, or why nobody knows."""
        kind, _, name = target.partition(":")
        try:
            taken = billed(charge)
            if kind == "agent":
                usd = self._agent(charge, name, taken)
            else:
                usd = self._model(charge, charge.model or name, taken)
        except UnknownTokensError as error:
            return unpriced(str(error), self.version)
        return priced(usd, self.version)

    def _agent(self, charge: Charge, agent: str, taken: Billed) -> Decimal:
        """Price a run by the model that it used; it is a sum of many calls."""
        known = overlay.model_of(agent)
        model = charge.model or (known.model if known else "")
        if not model:
            msg = f"nobody says which model {agent} runs on"
            raise UnknownTokensError(msg)
        tokens, searches = self._parts(charge, model, taken, is_sum=True)
        if known is not None:
            searches = taken.searches * known.searches / THOUSAND
        return tokens + searches

    def _model(self, charge: Charge, model: str, taken: Billed) -> Decimal:
        return sum(self._parts(charge, model, taken), Decimal(0))

    def _parts(
        self, charge: Charge, model: str, taken: Billed, *, is_sum: bool = False
    ) -> tuple[Decimal, Decimal]:
        """Return what the tokens and what the searches cost.

        Args:
            charge: What was taken.
            model: By whose prices.
            taken: What is billed of it.
            is_sum: Whether it is the sum of many calls, of which nobody knows which
                were long.
        """
        at = datetime.fromtimestamp(charge.asked_at, UTC)
        context = {"service_tier": charge.tier} if charge.tier else None
        usage = self._usage(charge, taken)
        try:
            found: Any = self._library.calc_price(
                usage,
                model,
                provider_id=_PROVIDER,
                genai_request_timestamp=at,
                price_context=context,
            )
            prices = found.model_price
            if is_sum:
                priced_here = self._short(prices).calc_price(usage)
                whole, tokens = _sums(priced_here)
            else:
                whole, tokens = _sums(_fields(found))
        except LookupError:
            return self._overlaid(charge, model, taken, at)
        except ValueError as error:
            # The library's words for tokens of a modality that it would need.
            raise UnknownTokensError(str(error)) from error
        searches = whole - tokens
        if taken.searches and prices.web_searches_kcount is None:
            msg = f"searches of {model} have no price"
            raise UnknownTokensError(msg)
        if not _has_variant(found.model, charge.tier):
            tokens *= _factor(model, charge.tier)
        return tokens, searches

    def _usage(self, charge: Charge, taken: Billed) -> Any:  # noqa: ANN401 - the library's
        counts = {
            "input_tokens": taken.input,
            "cache_read_tokens": taken.cached,
            "output_tokens": taken.output,
            "output_reasoning_tokens": taken.thoughts,
            "web_searches": taken.searches,
        }
        for kind, key in (
            ("input", "input_{}_tokens"),
            ("tool_use", "input_{}_tokens"),
            ("cached", "cache_{}_read_tokens"),
            ("output", "output_{}_tokens"),
        ):
            for modality, count in charge.modalities.get(kind, {}).items():
                name = _MODALITIES.get(modality)
                if name is not None and count:
                    key_of = key.format(name)
                    counts[key_of] = counts.get(key_of, 0) + count
        if charge.modalities.get("input", {}).keys() & _MODALITIES.keys():
            # Nothing of it came from a cache unless that is said.
            for name in {*_MODALITIES.values()}:
                counts.setdefault(f"cache_{name}_read_tokens", 0)
        return self._library.Usage(**counts)

    def _short(self, prices: Any) -> Any:  # noqa: ANN401 - the library's
        """Return the prices of prompts that are not long."""
        tiered: type[Any] = self._types.TieredPrices
        short = {
            name: value.base if isinstance(value, tiered) else value
            for name, value in _fields(prices).items()
        }
        return self._types.ModelPrice(**short)

    def _overlaid(
        self, charge: Charge, model: str, taken: Billed, at: datetime
    ) -> tuple[Decimal, Decimal]:
        rates = overlay.rates_of(model, at.date())
        if rates is None:
            msg = f"{model} has no price"
            raise UnknownTokensError(msg)
        tokens = (
            (taken.input - taken.cached) * rates.input
            + taken.cached * rates.cached
            + taken.output * rates.output
        ) / MILLION
        factor = _factor(model, charge.tier)
        return tokens * factor, taken.searches * rates.searches / THOUSAND


@functools.cache
def library_prices() -> LibraryPrices:
    """Return the prices of the library, of which one object is enough.

    Raises:
        MissingPackageError: The library is not installed.
    """
    return LibraryPrices()


def _fields(thing: object) -> Mapping[str, Any]:
    """Return what a plain object of the library holds."""
    return cast("Mapping[str, Any]", vars(thing))


def _sums(parts: Mapping[str, Decimal]) -> tuple[Decimal, Decimal]:
    """Return what everything costs, and what the tokens of it do."""
    return parts["total_price"], parts["input_price"] + parts["output_price"]


def _factor(model: str, tier: str) -> Decimal:
    factor = overlay.tier_factor(model, tier)
    if factor is None:
        msg = f"the tier {tier!r} of {model} has no price"
        raise UnknownTokensError(msg)
    return factor


def _has_variant(model: Any, tier: str) -> bool:  # noqa: ANN401 - the library's
    """Tell whether the library has prices of its own for a tier."""
    variants: list[Any] = model.price_variants or []
    return any(_tier_of(each.when) == tier for each in variants)


def _tier_of(when: Mapping[str, str]) -> str:
    return when.get("service_tier", "")

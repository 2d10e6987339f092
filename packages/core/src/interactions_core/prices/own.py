"""Prices of your own, of a contract for instance, from a file.

A JSON object: its `name`, and `prices`, a list of lines. The last line that fits a
charge counts; what none fits is priced as without the file.

| key of a line | meaning |
|---|---|
| `model` or `agent` | a name, or a pattern such as `gemini-3.*`; one of them |
| `input`, `output` | USD per million tokens; thoughts are output, results of built-in \
tools input |
| `cached` | of input from a cache; as `input`, if it is left out |
| `search` | USD per thousand queries of Google Search; without it, a charge with \
searches has no price |
| `tier` | only this tier; else every one |
| `from` | only calls of this day or later, `2026-12-31`, in UTC |
| `above` | only calls with more input tokens than this |
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final, cast

from interactions_core.exceptions import ConfigurationError
from interactions_core.prices.tokens import (
    MILLION,
    THOUSAND,
    Billed,
    UnknownTokensError,
    billed,
    priced,
    unpriced,
)
from interactions_core.records.charges import Charge, Price, Pricing

_NUMBERS: Final = ("input", "output", "cached", "search")
_KEYS: Final = frozenset({"model", "agent", "tier", "from", "above", *_NUMBERS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a file of prices; see the module."""

    target: str
    input: Decimal
    output: Decimal
    cached: Decimal
    search: Decimal | None = None
    tier: str = ""
    since: date = date.min
    above: int = -1

    def fits(self, charge: Charge, target: str, taken: Billed) -> bool:
        """Tell whether a charge is priced by this line."""
        answered = f"model:{charge.model}"
        is_meant = fnmatchcase(target, self.target) or (
            not target.startswith("agent:") and fnmatchcase(answered, self.target)
        )
        day = datetime.fromtimestamp(charge.asked_at, UTC).date()
        return (
            is_meant
            and self.tier in {"", charge.tier or "standard"}
            and self.since <= day
            and taken.input > self.above
        )

    def cost(self, taken: Billed) -> Decimal:
        """Return what is billed, in USD.

        Raises:
            UnknownTokensError: The line does not say what searches cost.
        """
        if taken.searches and self.search is None:
            msg = "its line has no price of searches"
            raise UnknownTokensError(msg)
        tokens = (
            (taken.input - taken.cached) * self.input
            + taken.cached * self.cached
            + taken.output * self.output
        )
        searches = taken.searches * (self.search or 0) / THOUSAND
        return tokens / MILLION + searches


@dataclass(frozen=True, slots=True)
class OwnPrices:
    """Prices of a file, and others for what it leaves out.

    Attributes:
        name: What the file calls itself.
        lines: Its lines.
        others: What prices the rest.
    """

    name: str
    lines: Sequence[Line]
    others: Pricing

    @property
    def version(self) -> str:
        """Name the file."""
        return self.name

    def price(self, charge: Charge, target: str) -> Price:
        """Return what a charge costs, or why nobody knows."""
        try:
            taken = billed(charge)
            for line in reversed(self.lines):
                if line.fits(charge, target, taken):
                    return priced(line.cost(taken), self.name)
        except UnknownTokensError as error:
            return unpriced(str(error), self.name)
        return self.others.price(charge, target)


def read_prices(path: str | Path, others: Pricing) -> OwnPrices:
    """Read a file of prices.

    Args:
        path: The file.
        others: What prices the charges that none of its lines fits.

    Raises:
        ConfigurationError: It cannot be read, or is none.
    """
    try:
        text = Path(path).expanduser().read_text(encoding="utf-8")
        # Prices are decimal: what a float would be is not what was written.
        said: object = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    except (OSError, ValueError) as error:
        msg = f"the prices in {path} cannot be read: {error}"
        raise ConfigurationError(msg) from error
    if not isinstance(said, Mapping):
        msg = f"the prices in {path} are no object with name and prices"
        raise ConfigurationError(msg)
    found = cast("Mapping[str, object]", said)
    lines = found.get("prices")
    if not isinstance(lines, list) or not isinstance(found.get("name"), str):
        msg = f"the prices in {path} need a name and a list of prices"
        raise ConfigurationError(msg)
    given = cast("list[object]", lines)
    read = [_line(each, f"line {n} of {path}") for n, each in enumerate(given, 1)]
    return OwnPrices(str(found["name"]), read, others)


def _line(said: object, where: str) -> Line:
    if not isinstance(said, Mapping):
        msg = f"{where} is no object"
        raise ConfigurationError(msg)
    line = cast("Mapping[str, object]", said)
    unknown = sorted(line.keys() - _KEYS)
    if unknown:
        msg = f"{where} has unknown keys {', '.join(unknown)}; known: {sorted(_KEYS)}"
        raise ConfigurationError(msg)
    named = [kind for kind in ("model", "agent") if kind in line]
    if len(named) != 1:
        msg = f"{where} needs one of model and agent"
        raise ConfigurationError(msg)
    numbers = {key: _number(line, key, where) for key in _NUMBERS if key in line}
    if not numbers.keys() >= {"input", "output"}:
        msg = f"{where} needs input and output, in USD per million tokens"
        raise ConfigurationError(msg)
    return Line(
        target=f"{named[0]}:{line[named[0]]}",
        input=numbers["input"],
        output=numbers["output"],
        cached=numbers.get("cached", numbers["input"]),
        search=numbers.get("search"),
        tier=str(line.get("tier", "")),
        since=_day(line, where),
        above=int(_number(line, "above", where)) if "above" in line else -1,
    )


def _number(line: Mapping[str, object], key: str, where: str) -> Decimal:
    value = line[key]
    if isinstance(value, Decimal) and value.is_finite() and value >= 0:
        return value
    msg = f"{key} of {where} is no number of 0 or more"
    raise ConfigurationError(msg)


def _day(line: Mapping[str, object], where: str) -> date:
    if "from" not in line:
        return date.min
    try:
        return date.fromisoformat(str(line["from"]))
    except ValueError as error:
        msg = f"from of {where} is no day such as 2026-12-31"
        raise ConfigurationError(msg) from error

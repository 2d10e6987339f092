"""What each answer of the service took and costs: the lines of a bill, as values.

Pure. What the API did not say is unknown, `None`, and never 0; prices are made in
`prices`, and here is only what became of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from decimal import Decimal
from typing import Final, Protocol, cast

from interactions_core.canonical import Json, JsonObject
from interactions_core.usage import WIRE_NAMES, Usage, read_count

PICO: Final = 10**12
"""Costs are whole numbers of 1e-12 USD, so that databases add them up exactly."""

NOT_PRICED: Final = "it was recorded by a version that kept no cost"
"""Why nobody knows the cost of an entry without charges."""

KINDS: Final = tuple(one.name for one in fields(Usage))
"""The kinds of tokens, as `Usage` and the columns of stores name them."""

_BY_MODALITY: Final = {
    "input": "input_tokens_by_modality",
    "cached": "cached_tokens_by_modality",
    "output": "output_tokens_by_modality",
    "tool_use": "tool_use_tokens_by_modality",
}

_SEARCH: Final = "google_search"


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What one charge costs, as far as that is known.

    Attributes:
        picousd: In 1e-12 USD; `None` for unknown.
        prices: Which prices it was made with; "" for none.
        reason: Why it is unknown; "" where it is known.
    """

    picousd: int | None = None
    prices: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What one answer of the service took: one hop, or an answer that was given up.

    Attributes:
        interaction_id: The interaction; "" where the server keeps nothing.
        model: The model that answered; of an agent the one that it was told to run on.
            "" for unknown.
        tier: The tier as the answer says, else as it was asked for; "" for unknown.
        asked_at: When the interaction was created, in epoch seconds; 0 for unknown.
        input_tokens: As in `Usage`, and so are the others; `None` for unknown.
        modalities: Tokens by modality, by kind: `input`, `cached`, `output`,
            `tool_use`; kinds of which the API said nothing are left out.
        tools: Billable uses of built-in tools, by type; `None` where nothing was said.
        given_up: Whether it is not part of the answer that the turn came to.
        price: What it costs.
    """

    interaction_id: str = ""
    model: str = ""
    tier: str = ""
    asked_at: float = 0.0
    input_tokens: int | None = None
    cached_tokens: int | None = None
    output_tokens: int | None = None
    thought_tokens: int | None = None
    tool_use_tokens: int | None = None
    total_tokens: int | None = None
    modalities: Mapping[str, Mapping[str, int]] = field(
        default_factory=dict[str, Mapping[str, int]]
    )
    tools: Mapping[str, int] | None = None
    given_up: bool = False
    price: Price = field(default_factory=Price)

    @property
    def usage(self) -> Usage:
        """What is known of its tokens; what is not counts as zero."""
        return Usage(*(getattr(self, kind) or 0 for kind in KINDS))

    @property
    def searches(self) -> int | None:
        """Billable queries of Google Search; `None` for unknown."""
        return None if self.tools is None else self.tools.get(_SEARCH, 0)


class Pricing(Protocol):
    """Prices charges; `prices` has the implementations.

    Called from any thread, where records are written and where costs are asked for. It
    never raises for what it cannot price, and never asks the network.

    Attributes:
        version: Which prices these are.
    """

    @property
    def version(self) -> str:
        """Name the prices and their date."""
        ...

    def price(self, charge: Charge, target: str) -> Price:
        """Return what a charge costs, or why nobody knows.

        Args:
            charge: What was taken.
            target: `model:NAME` or `agent:NAME`, as it was asked.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """Creates that may have been billed and came to no entry in the ledger.

    Attributes:
        target: `model:NAME` or `agent:NAME`.
        at: When that was known, in epoch seconds.
        what: `lost`: sent, and never answered, or a run that the service did not know
            any more when it was given up. `cancelled`: a run that was cancelled,
            of which nobody has said what it took.
        creates: How many.
        interaction_id: The run; "" where that is not known.
    """

    target: str
    at: float
    what: str
    creates: int = 1
    interaction_id: str = ""


def charge_of(interaction: JsonObject) -> Charge:
    """Read what an interaction says that it took, with or without its steps."""
    said = interaction.get("usage")
    # What came as JSON has strings for keys.
    usage = cast("JsonObject", said if isinstance(said, Mapping) else {})
    charge = Charge(
        interaction_id=str(interaction.get("id") or ""),
        model=str(interaction.get("model") or ""),
        tier=str(interaction.get("service_tier") or ""),
        asked_at=_epoch(interaction.get("created")),
        modalities={
            kind: by
            for kind, name in _BY_MODALITY.items()
            if (by := _counted(usage.get(name), "modality", "tokens")) is not None
        },
        tools=_tools(interaction, usage),
    )
    counts = {ours: read_count(usage.get(api)) for ours, api in WIRE_NAMES.items()}
    # Only names of counts are passed.
    return replace(charge, **counts)  # pyright: ignore[reportArgumentType]


def searches_in(steps: Sequence[JsonObject]) -> Mapping[str, int]:
    """Return the billable uses of an answer that does not count them.

    API: models before 3 give no count, and are billed for each prompt that searched.
    """
    searched = any(step.get("type") == f"{_SEARCH}_call" for step in steps)
    return {_SEARCH: 1} if searched else {}


def usd(picousd: int) -> Decimal:
    """Return a cost in USD, exactly."""
    return Decimal(picousd) / PICO


def _tools(interaction: JsonObject, usage: JsonObject) -> Mapping[str, int] | None:
    counted = _counted(usage.get("grounding_tool_count"), "type", "count")
    if counted is not None or not usage:
        return counted
    steps = interaction.get("steps")
    if not isinstance(steps, list | tuple):
        return None
    return searches_in([step for step in steps if isinstance(step, Mapping)])


def _counted(listed: Json, name: str, count: str) -> Mapping[str, int] | None:
    if not isinstance(listed, list | tuple):
        return None
    found: dict[str, int] = {}
    for each in listed:
        number = read_count(each.get(count)) if isinstance(each, Mapping) else None
        if isinstance(each, Mapping) and number is not None:
            kind = str(each.get(name))
            found[kind] = found.get(kind, 0) + number
    return found


def _epoch(created: Json) -> float:
    if not isinstance(created, str):
        return 0.0
    try:
        read = datetime.fromisoformat(created)
    except ValueError:
        return 0.0
    return read.timestamp() if read.tzinfo is not None else 0.0

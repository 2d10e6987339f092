"""What charges cost: by the library, the overlay, or a file of one's own.

The arithmetic stands beside each: tokens times USD per million tokens.
"""

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from interactions_core.exceptions import ConfigurationError
from interactions_core.prices import overlay
from interactions_core.prices.current import NoPrices, current_prices, prices_of
from interactions_core.prices.own import read_prices
from interactions_core.records.charges import Charge, Price, Pricing, usd

pytest.importorskip("genai_prices", reason="needs the extra `prices`")

from interactions_core.prices.library import LibraryPrices

M = 1_000_000
NOVEMBER = datetime(2026, 11, 29, 12, tzinfo=UTC).timestamp()
LAST_SECOND = datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp()
NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC).timestamp()


def taken(
    given: int, cached: int, output: int, thought: int, **changes: object
) -> Charge:
    usual = Charge(
        tier="standard",
        asked_at=NOVEMBER,
        input_tokens=given,
        cached_tokens=cached,
        output_tokens=output,
        thought_tokens=thought,
        tool_use_tokens=0,
        total_tokens=given + output + thought,
        tools={},
    )
    return replace(usual, **changes)


def cost(charge: Charge, target: str, prices: Pricing | None = None) -> Decimal:
    found = (prices or LibraryPrices()).price(charge, target)
    assert found.picousd is not None, found.reason
    assert found.reason == ""
    return usd(found.picousd)


BILL = [
    pytest.param(
        "model:gemini-3.8-flash",
        taken(12_000, 0, 500, 1_500),
        # 12000 x 0.75 + (500 + 1500) x 3.75, in USD per million
        Decimal("0.009") + Decimal("0.0075"),
        id="thoughts are output",
    ),
    pytest.param(
        "model:gemini-3.8-flash",
        taken(12_000, 8_000, 500, 0),
        # 4000 x 0.75 + 8000 x 0.075 + 500 x 3.75
        Decimal("0.003") + Decimal("0.0006") + Decimal("0.001875"),
        id="cached input costs a tenth",
    ),
    pytest.param(
        "model:gemini-3.8-flash",
        taken(12_000, 8_000, 500, 0, tier="flex"),
        # half of the row above
        Decimal("0.0027375"),
        id="flex",
    ),
    pytest.param(
        "model:gemini-3.8-flash",
        taken(12_000, 8_000, 500, 0, tier="priority"),
        # 1.8 times the same
        Decimal("0.009855"),
        id="priority",
    ),
    pytest.param(
        "model:gemini-3.5-flash-lite",
        taken(100_000, 40_000, 2_000, 1_000),
        # 60000 x 0.30 + 40000 x 0.03 + 3000 x 2.50
        Decimal("0.018") + Decimal("0.0012") + Decimal("0.0075"),
        id="another model",
    ),
    pytest.param(
        "model:gemini-3.1-pro-preview",
        taken(200_000, 50_000, 1_000, 1_000),
        # 150000 x 2 + 50000 x 0.20 + 2000 x 12
        Decimal("0.3") + Decimal("0.01") + Decimal("0.024"),
        id="at 200k",
    ),
    pytest.param(
        "model:gemini-3.1-pro-preview",
        taken(200_001, 50_000, 1_000, 1_000),
        # 150001 x 4 + 50000 x 0.40 + 2000 x 18
        Decimal("0.600004") + Decimal("0.02") + Decimal("0.036"),
        id="above 200k everything costs more",
    ),
    pytest.param(
        "model:gemini-3.5-flash",
        taken(1_000, 0, 100, 0, tool_use_tokens=400, tools={"google_search": 3}),
        # (1000 + 400) x 1.50 + 100 x 9 + 3 x 14 / 1000
        Decimal("0.0021") + Decimal("0.0009") + Decimal("0.042"),
        id="results of tools are input, searches cost by the thousand",
    ),
    pytest.param(
        "agent:deep-research-preview-04-2026",
        taken(300_000, 100_000, 10_000, 20_000, tools={"google_search": 40}),
        # 200000 x 2 + 100000 x 0.20 + 30000 x 12 + 40 x 35 / 1000: the model's price
        # for short prompts, because a run is many of them
        Decimal("0.4") + Decimal("0.02") + Decimal("0.36") + Decimal("1.4"),
        id="an agent costs what its model does",
    ),
    pytest.param(
        "model:gemini-4-hydrogen",
        taken(10_000, 4_000, 1_000, 1_000, tools={"google_search": 1}),
        # 6000 x 1.50 + 4000 x 0.075 + 2000 x 7.50 + 14 / 1000
        Decimal("0.009") + Decimal("0.0003") + Decimal("0.015") + Decimal("0.014"),
        id="a model of the overlay",
    ),
]


@pytest.mark.parametrize(("target", "charge", "expected"), BILL)
def test_a_charge_costs_what_the_arithmetic_says(
    target: str, charge: Charge, expected: Decimal
) -> None:
    assert cost(charge, target) == expected


@pytest.mark.parametrize(
    ("model", "before"),
    [
        ("gemini-3.6-flash", "0.0135"),
        ("gemini-3.7-flash", "0.0135"),
        ("gemini-3.8-flash", "0.0135"),
        ("gemini-flash-latest", "0.0135"),
        ("gemini-3.5-flash", None),
    ],
)
def test_a_call_is_priced_by_its_own_time(model: str, before: str | None) -> None:
    """Introductory prices end with 2026: 0.75 and 3.75 become 1.50 and 7.50."""
    charge = taken(10_000, 2_000, 1_000, 560)

    last = cost(replace(charge, asked_at=LAST_SECOND), f"model:{model}")
    first = cost(replace(charge, asked_at=NEW_YEAR), f"model:{model}")

    if before is None:
        assert first == last
    else:
        # 8000 x 0.75 + 2000 x 0.075 + 1560 x 3.75 is 0.012, with another fifth ...
        assert last == Decimal(8_000 * 75 + 2_000 * 75 // 10 + 1_560 * 375) / 100 / M
        assert first == 2 * last


def test_tiers_double_with_the_year_too() -> None:
    charge = taken(10_000, 2_000, 1_000, 560, tier="flex")

    last = cost(replace(charge, asked_at=LAST_SECOND), "model:gemini-3.8-flash")
    first = cost(replace(charge, asked_at=NEW_YEAR), "model:gemini-3.8-flash")

    assert first == 2 * last


def test_sound_has_a_price_of_its_own() -> None:
    charge = taken(1_000, 0, 0, 0, modalities={"input": {"text": 400, "audio": 600}})

    # 400 x 0.50 + 600 x 1
    assert cost(charge, "model:gemini-3-flash-preview") == Decimal("0.0008")


def test_pictures_that_are_made_have_a_price_of_their_own() -> None:
    charge = taken(
        100, 0, 1_300, 0, modalities={"output": {"text": 10, "image": 1_290}}
    )

    # 100 x 2 + 10 x 12 + 1290 x 120
    expected = Decimal("0.0002") + Decimal("0.00012") + Decimal("0.1548")
    assert cost(charge, "model:gemini-3-pro-image-preview") == expected


def test_an_agent_is_priced_by_the_model_that_it_was_told() -> None:
    charge = taken(10_000, 0, 1_000, 0, model="gemini-3.5-flash")

    # 10000 x 1.50 + 1000 x 9
    assert cost(charge, "agent:antigravity-preview-09-2026") == Decimal("0.024")


@pytest.mark.parametrize(
    ("target", "charge", "reason"),
    [
        ("model:gemini-4-neon", taken(1, 0, 1, 0), "gemini-4-neon has no price"),
        (
            "agent:antigravity-preview-09-2026",
            taken(1, 0, 1, 0),
            "nobody says which model antigravity-preview-09-2026 runs on",
        ),
        (
            "model:gemini-2.5-flash",
            taken(1, 0, 1, 0, tier="flex"),
            "the tier 'flex' of gemini-2.5-flash has no price",
        ),
        (
            "model:gemini-3.8-flash",
            Charge(asked_at=NOVEMBER),
            "input, output, thought, tool use, cached tokens were not reported",
        ),
        (
            "model:gemini-3.8-flash",
            taken(1, 0, 1, 0, cached_tokens=None),
            "cached tokens were not reported",
        ),
        (
            "model:gemini-3.8-flash",
            taken(1, 0, 1, 0, tools={"google_maps": 1}),
            "uses of google_maps have no price",
        ),
        (
            "model:gemini-2.0-flash-lite",
            taken(1, 0, 1, 0, tools={"google_search": 1}),
            "searches of gemini-2.0-flash-lite have no price",
        ),
    ],
)
def test_what_is_not_known_is_no_price_of_zero(
    target: str, charge: Charge, reason: str
) -> None:
    found = LibraryPrices().price(charge, target)

    assert (found.picousd, found.reason) == (None, reason)
    assert found.prices.startswith("genai-prices ")


def test_kinds_that_were_left_out_are_none_where_the_total_says_so() -> None:
    charge = taken(1_000, 0, 100, 0, thought_tokens=None, tool_use_tokens=None)

    assert cost(charge, "model:gemini-3.8-flash") == Decimal("0.001125")
    unknown = replace(charge, total_tokens=1_200)
    assert LibraryPrices().price(unknown, "model:gemini-3.8-flash").picousd is None


def test_the_overlay_has_a_source_and_a_date_for_every_line() -> None:
    lines = (*overlay.TIERS, *overlay.MODELS, *overlay.AGENTS)

    assert all(line.source for line in lines)
    assert overlay.DATE in LibraryPrices().version


def test_the_library_still_lacks_what_the_overlay_has() -> None:
    """A line goes when the library knows it: then this fails."""
    library = pytest.importorskip("genai_prices")

    for line in overlay.MODELS:
        with pytest.raises(LookupError):
            library.calc_price(library.Usage(), line.model, provider_id="google")


# Prices of one's own.


def write(path: Path, *lines: dict[str, object]) -> Path:
    path.write_text(json.dumps({"name": "contract 7", "prices": lines}))
    return path


def test_a_contract_goes_before_the_list(tmp_path: Path) -> None:
    path = write(
        tmp_path / "prices.json",
        {"model": "gemini-3.*", "input": 0.6, "output": 3, "cached": 0.05},
        {"model": "gemini-3.*", "input": 0.7, "output": 4, "from": "2027-01-01"},
        {"model": "gemini-3.*", "input": 9, "output": 9, "above": 200_000},
        {"model": "gemini-3.*", "input": 0.3, "output": 1.5, "tier": "flex"},
        {"agent": "deep-*", "input": 1, "output": 2, "search": 10},
    )
    prices = read_prices(path, LibraryPrices())
    flash, usual = "model:gemini-3.8-flash", taken(10_000, 4_000, 1_000, 0)

    # 6000 x 0.6 + 4000 x 0.05 + 1000 x 3
    assert cost(usual, flash, prices) == Decimal("0.0068")
    # 10000 x 0.7 + 1000 x 4
    assert cost(replace(usual, asked_at=NEW_YEAR), flash, prices) == Decimal("0.011")
    # 10000 x 0.3 + 1000 x 1.5
    assert cost(replace(usual, tier="flex"), flash, prices) == Decimal("0.0045")
    # 200001 x 9
    assert cost(taken(200_001, 0, 0, 0), flash, prices) == Decimal("1.800009")
    # 10000 x 1 + 1000 x 2 + 5 x 10 / 1000
    research = replace(usual, tools={"google_search": 5})
    assert cost(research, "agent:deep-research-x", prices) == Decimal("0.062")
    # As without the file: 6000 x 0.30 + 4000 x 0.015 ... of another line of models.
    assert prices.price(usual, "model:gemini-4-argon").prices.startswith("genai-prices")
    assert prices.price(usual, flash).prices == "contract 7"


def test_a_line_without_searches_prices_none(tmp_path: Path) -> None:
    path = write(tmp_path / "p.json", {"model": "*", "input": 1, "output": 1})
    searched = taken(1, 0, 1, 0, tools={"google_search": 1})

    found = read_prices(path, NoPrices("none")).price(searched, "model:m")

    assert (found.picousd, found.reason) == (None, "its line has no price of searches")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "cannot be read"),
        ("[]", "are no object"),
        ('{"prices": []}', "need a name and a list"),
        ('{"name": "x", "prices": [1]}', "line 1 of"),
        ('{"name": "x", "prices": [{"input": 1, "output": 1}]}', "one of model and"),
        ('{"name": "x", "prices": [{"model": "m", "input": 1}]}', "input and output"),
        ('{"name": "x", "prices": [{"model": "m", "inputs": 1}]}', "unknown keys inp"),
        (
            '{"name": "x", "prices": [{"model": "m", "input": -1, "output": 1}]}',
            "input of line 1 of",
        ),
        (
            '{"name": "x", "prices": [{"model": "m", "input":1,"output":1,"from":"x"}]}',
            "no day such as",
        ),
    ],
)
def test_a_file_that_is_none_is_refused(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "prices.json"
    path.write_text(text)

    with pytest.raises(ConfigurationError, match=said):
        prices_of(str(path))


def test_a_file_may_be_named_by_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "p.json", {"model": "*", "input": 1, "output": 1})
    monkeypatch.setenv("INTERACTIONS_PRICES", str(path))

    assert current_prices().version == prices_of(None).version == "contract 7"


def test_a_file_that_cannot_be_read_keeps_no_record_from_being_written(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("INTERACTIONS_PRICES", "not/there.json?")

    found = current_prices().price(taken(1, 0, 1, 0), "model:gemini-3.8-flash")

    assert found.picousd is None
    assert "not/there.json? cannot be read" in found.reason
    assert caplog.messages == [found.reason]


def test_nobody_knows_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "genai_prices", None)
    with pytest.raises(ConfigurationError) as raised:
        LibraryPrices()

    found = NoPrices(str(raised.value)).price(taken(1, 0, 1, 0), "model:m")

    assert found == Price(reason=str(raised.value))
    assert "genai-prices" in found.reason

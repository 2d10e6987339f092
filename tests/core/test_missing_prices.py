"""Why an amount has no price is told by what is true now, wherever it is told."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from interactions_core import SqliteStore
from interactions_core.cli.root import interactions
from interactions_core.exceptions import MissingPackageError
from interactions_core.page.html import page_file
from interactions_core.page.reading import View
from interactions_core.prices.current import NoPrices
from interactions_core.prices.missing import (
    NOT_INSTALLED,
    UNREADABLE,
    no_price_text,
    reasons_of,
    why_no_price,
)
from interactions_core.prices.own import read_prices
from interactions_core.records.charges import NOT_PRICED, Charge, Price, Pricing
from tests.contract.session_records import make_entry, make_record

COMMAND = "pip install 'genai-prices<1,>=0.2.3'"
MISSING = str(
    MissingPackageError("a cost in USD", name="genai_prices", command=COMMAND)
)
ANEW = "interactions usage --reprice shows what it comes to"
COMMANDS = (
    ("usage",),
    ("sessions", "list"),
    ("sessions", "show", "1"),
    ("sessions", "tree", "1"),
    ("explain", "1"),
    ("doctor", "--offline"),
)


class Flat:
    """Prices everything at one."""

    version = "flat"

    def price(self, charge: Charge, target: str) -> Price:
        del charge, target
        return Price(picousd=1, prices=self.version)


FLAT = Flat()


def here(prices: Pricing) -> Callable[[], Pricing]:
    return lambda: prices


@pytest.mark.parametrize(
    ("unknown", "now", "said"),
    [
        pytest.param(
            {MISSING: 2}, FLAT, f"{NOT_INSTALLED}; {ANEW} by flat", id="there are now"
        ),
        pytest.param(
            {MISSING: 2},
            NoPrices(MISSING),
            f"{NOT_INSTALLED}, and {MISSING}; then {ANEW}",
            id="there are none now either",
        ),
        pytest.param(
            {"gemini-4-neon has no price": 1},
            NoPrices(MISSING),
            "gemini-4-neon has no price",
            id="nobody knows",
        ),
        pytest.param(
            {"gemini-4-neon has no price": 1},
            FLAT,
            f"gemini-4-neon has no price; {ANEW} by flat",
            id="nobody knew",
        ),
        pytest.param(
            {NOT_PRICED: 3}, FLAT, f"{NOT_PRICED}; {ANEW} by flat", id="no cost kept"
        ),
        pytest.param(
            {MISSING: 3, "uses of google_maps have no price": 1},
            FLAT,
            f"uses of google_maps have no price (1); {NOT_INSTALLED} (3); "
            f"{ANEW} by flat",
            id="several",
        ),
    ],
)
def test_an_amount_without_a_price_says_what_brings_one(
    unknown: dict[str, int], now: Pricing, said: str
) -> None:
    assert why_no_price(unknown, here(now)) == said


def test_what_a_file_of_prices_lacks_is_lacked_by_the_library_too(
    tmp_path: Path,
) -> None:
    path = tmp_path / "prices.json"
    path.write_text('{"name": "ours", "prices": []}')
    own = read_prices(path, NoPrices(MISSING))

    assert why_no_price({MISSING: 1}, here(own)).endswith(f"{COMMAND}; then {ANEW}")


@pytest.mark.parametrize("text", ["cheap", "[]", '{"name": "x", "prices": [{"m": 1}]}'])
def test_a_file_that_could_not_be_read_then_is_no_reason_of_today(
    tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from interactions_core.prices.current import current_prices  # noqa: PLC0415

    path = tmp_path / "prices.json"
    path.write_text(text)
    monkeypatch.setenv("INTERACTIONS_PRICES", str(path))

    reason = current_prices().price(Charge(model="m"), "model:m").reason

    assert reasons_of({reason: 1}) == {UNREADABLE: 1}


def test_where_prices_know_no_more_they_are_not_asked() -> None:
    def never() -> Pricing:
        raise AssertionError

    assert why_no_price({"nobody says what it costs": 1}, never)
    assert no_price_text(0, {}, never) == ""
    assert no_price_text(2, None, never) == (
        "2 turns have no price; interactions usage says why."
    )


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SqliteStore:
    """Make a store of one turn that was taken where no prices were installed."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "prices.json"
    path.write_text(
        '{"name": "ours", "prices": [{"model": "*", "input": 1, "output": 2}]}'
    )
    monkeypatch.setenv("INTERACTIONS_PRICES", str(path))
    monkeypatch.setenv("INTERACTIONS_SESSIONS", "sqlite:///state.db")
    store = SqliteStore("state.db")
    charge = Charge(
        model="gemini-3.8-flash",
        input_tokens=1,
        cached_tokens=0,
        output_tokens=1,
        thought_tokens=0,
        tool_use_tokens=0,
        total_tokens=2,
        tools={},
        price=Price(reason=MISSING),
    )
    entry = make_entry("1")
    store.put(make_record("1"), replace(entry, charges=(charge,)))
    return store


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_leads_to_prices_that_were_installed_since(
    command: tuple[str, ...],
) -> None:
    done = CliRunner().invoke(
        interactions, command, env={"COLUMNS": "300"}, catch_exceptions=False
    )

    assert NOT_INSTALLED in done.stdout
    assert f"{ANEW} by ours" in done.stdout
    assert "not installed" not in done.stdout
    assert "pip install" not in done.stdout


def test_the_page_leads_to_prices_that_were_installed_since(
    store: SqliteStore,
) -> None:
    view = View(store=store, url="state.db", now=time.time())

    page = page_file(view, view.conversations())

    assert page.count(f"{NOT_INSTALLED}; {ANEW} by ours") >= 3
    assert "which is not installed" not in page

"""What a turn would have cost had it been chained: all but the new part from the cache."""

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from langchain_core.messages import BaseMessage, HumanMessage

from interactions_core import Explanation, explain, open_store
from interactions_core.explaining.amounts import chained_usd
from interactions_core.explaining.explanation import Amount
from interactions_core.prices.current import current_prices
from interactions_core.records.charges import Charge
from interactions_core.records.interactions import LedgerEntry
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions

MILLION = 1_000_000
INPUT, CACHED = Decimal(2), Decimal("0.5")


@pytest.fixture(autouse=True)
def prices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have flat prices of `gemini-3.5-flash` and of nothing else."""
    line = {"model": "gemini-3.5-flash", "input": 2, "cached": 0.5, "output": 12}
    path = tmp_path / "prices.json"
    path.write_text(json.dumps({"name": "flat", "prices": [line]}))
    monkeypatch.setenv("INTERACTIONS_PRICES", str(path))
    return path


def edited(emulator: Emulator, sessions: str, **options: object) -> Explanation:
    """Explain the second turn of a conversation whose first message changes."""
    model = ChatInteractions(
        **{"model": "gemini-3.5-flash", "api_key": "k"} | options,
        base_url=emulator.url,
        sessions=sessions,
    )
    first: BaseMessage = HumanMessage("It is 14:56. " + "Review this. " * 40)
    said = [first, model.invoke([first]), HumanMessage("Is it signed?")]
    said[0] = HumanMessage("It is 15:00. " + "Review this. " * 40)
    model.invoke(said)
    store = open_store(sessions)
    return explain(store, store.ledger()[-1][1].key)


def test_all_but_the_new_part_is_priced_as_cached(
    emulator: Emulator, tmp_path: Path
) -> None:
    told = edited(emulator, f"sqlite:///{tmp_path}/s.db")

    assert told.entry is not None
    assert told.chained is not None
    assert told.usd is not None
    assert told.chained_usd is not None
    old = 1 - Decimal(told.chained.bytes) / told.entry.replay_bytes
    fresh = told.entry.usage.input_tokens - told.entry.usage.cached_tokens
    saved = fresh * old * (INPUT - CACHED) / MILLION
    assert saved > 0
    # Tokens are whole, and so may be off by one.
    assert abs(told.chained_usd - (told.usd - saved)) <= INPUT / MILLION
    assert told.prices == ("flat",)


def test_prices_that_were_corrected_since_change_what_was_recorded_in_proportion(
    emulator: Emulator, tmp_path: Path, prices: Path
) -> None:
    told = edited(emulator, f"sqlite:///{tmp_path}/s.db")
    doubled = {"model": "*", "input": 4, "cached": 1, "output": 24}
    other = prices.with_name("other.json")
    other.write_text(json.dumps({"name": "doubled", "prices": [doubled]}))

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INTERACTIONS_PRICES", str(other))
        again = explain(open_store(f"sqlite:///{tmp_path}/s.db"), told.record.key)

    assert again.usd == told.usd
    assert again.chained_usd == told.chained_usd


def test_what_is_not_stored_could_not_be_chained(
    emulator: Emulator, tmp_path: Path
) -> None:
    told = edited(emulator, f"sqlite:///{tmp_path}/s.db", store=False)

    assert told.why == "stateless"
    assert told.usd is not None
    assert told.chained_usd is None


ENTRY = LedgerEntry(
    key="v1_a",
    target="model:gemini-3.5-flash",
    reason="root",
    status="completed",
    usage=Charge(input_tokens=100).usage,
    created_at=1.0,
    replay_bytes=400,
)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda e: replace(e, target="agent:deep-research"), id="agent"),
        pytest.param(lambda e: replace(e, charges=()), id="unknown price"),
        pytest.param(lambda e: replace(e, reason="fork"), id="sent in part"),
        pytest.param(lambda e: replace(e, replay_bytes=0), id="sizes not recorded"),
    ],
)
def test_nothing_is_told_where_nobody_knows(
    change: Callable[[LedgerEntry], LedgerEntry], emulator: Emulator, tmp_path: Path
) -> None:
    told = edited(emulator, f"sqlite:///{tmp_path}/s.db")
    assert told.entry is not None
    entry = replace(ENTRY, charges=told.entry.charges)
    chained = Amount(1, 40)
    assert chained_usd(entry, chained, current_prices()) is not None
    assert chained_usd(change(entry), chained, current_prices()) is None

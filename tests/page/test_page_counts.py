"""The numbers of the page are those of the store, of the command and of its JSON."""

import json
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner

from interactions_core import SqliteStore
from interactions_core.cli.figures import tokens_text, usd_text
from interactions_core.cli.session_commands import sessions
from tests.browser import Looked
from tests.page.conftest import write_page
from tests.page.drawn import fill_randomly

pytestmark = [pytest.mark.xdist_group("browser")]

SEEDS = range(4)


def listed() -> dict[str, Any]:
    """Return what `sessions list --json` says of the store in this folder."""
    told = CliRunner().invoke(sessions, ["list", "--json"])
    assert told.exit_code == 0, told.output
    return json.loads(told.stdout)


def cost_on_page(usd: Decimal | None, turns: int, unpriced: int) -> str:
    """Write a sum as the page does."""
    if not turns:
        return "–"  # noqa: RUF001  as the page writes nothing
    if usd is None:
        return "no price"
    text = usd_text(usd).replace("< ", "<")
    return f"≥ {text}" if unpriced else text


def head(told: dict[str, Any]) -> dict[str, str]:
    """Return the sums above a thread, from its JSON."""
    cost = told["cost"]
    usd = None if cost["usd"] is None else Decimal(cost["usd"])
    again = {"Sent again": f"{told['sent_again']:,}"} if told["sent_again"] else {}
    return {
        "Turns": f"{told['records']:,}",
        **again,
        "Tokens": tokens_text(told["usage"]["total_tokens"]),
        "Cost": cost_on_page(usd, told["turns"], cost["unpriced_turns"]),
    }


TOTALS = """() => Object.fromEntries([...document.querySelectorAll(".totals > div")]
  .map((each) => [...each.children].map((child) => child.textContent)))"""
NOTHING = r"""() => (document.querySelector("#app").innerText.match(/\$0(?![.\d])/g) || []).length"""


@pytest.mark.parametrize("seed", SEEDS)
def test_page_command_json_and_store_have_the_same_counts(
    looked: Looked, folder: Path, seed: int
) -> None:
    store = SqliteStore(folder / "state.db")
    fill_randomly(store, Random(seed))
    kept = store.list_conversations()
    store.close()
    found = listed()
    assert (found["total"]["sessions"], found["total"]["turns"]) == (kept.matching, kept.total.turns)  # fmt: skip
    looked.open(write_page("--all-threads").as_uri())

    said = looked.text(".over > p")
    total = found["total"]
    usage = sum(each["usage"]["total_tokens"] for each in found["sessions"])
    assert said.startswith(f"{total['sessions']} threads, {total['turns']} turns, {tokens_text(usage)} tokens.")  # fmt: skip
    unpriced = total["cost"]["unpriced_turns"]
    usd = usd_text(Decimal(total["cost"]["usd"]))
    assert (f"At least {usd}" if unpriced else usd) in said
    assert (f" {unpriced} turn" in said) == bool(unpriced)
    for each in found["sessions"]:
        looked.page.locator(f".item .name:text-is('{each['id']}')").click()
        looked.page.locator(f".head h1:text-is('{each['id']}')").wait_for()
        assert looked.page.evaluate(TOTALS) == head(each)


def test_what_nobody_knows_is_nowhere_nothing(looked: Looked, folder: Path) -> None:
    store = SqliteStore(folder / "state.db")
    fill_randomly(store, Random(SEEDS[0]))
    store.close()
    found = {each["id"]: each["cost"] for each in listed()["sessions"]}
    looked.open(write_page("--all-threads").as_uri())
    assert looked.page.evaluate(NOTHING) == 0
    for name, cost in found.items():
        looked.page.locator(f".item .name:text-is('{name}')").click()
        looked.page.locator(f".head h1:text-is('{name}')").wait_for()
        for metric in ("Cost", "Bytes", "Tokens"):
            looked.page.get_by_role("button", name=metric, exact=True).click()
            assert looked.page.evaluate(NOTHING) == 0
        if cost["unpriced_turns"] and cost["usd"] is not None:
            assert looked.page.evaluate(TOTALS)["Cost"].startswith("≥ ")
    assert any(c["unpriced_turns"] and c["usd"] for c in found.values())
    assert any(c["usd"] is None for c in found.values())


def test_a_turn_without_a_price_says_so_in_all_its_places(
    looked: Looked, store: SqliteStore
) -> None:
    del store
    looked.open(write_page("--all-threads").as_uri())
    looked.thread("Compare the offers.")
    assert looked.text(".row .cost") == "no price"
    assert looked.text(".totals").endswith("no price")
    said = looked.text(".detail")
    assert "No price is known for deep-research-preview-04-2026" in said
    assert "$" not in said

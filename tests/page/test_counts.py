"""The page counts what the store counts, and the command, in any store."""

import json
import random
import sys
from collections.abc import Iterator
from contextlib import closing
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from interactions_core import MemoryStore, SessionStore, open_store
from interactions_core.cli.root import interactions
from interactions_core.page.reading import View
from interactions_core.page.server import PageServer
from interactions_core.records.costs import Costs
from tests.browser import Looked
from tests.core.looking import NOW
from tests.core.random_store import fill_randomly

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(params=["sqlite", "postgres", "memory"])
def kept(request: pytest.FixtureRequest, folder: Path) -> Iterator[SessionStore]:
    if request.param == "memory":
        yield MemoryStore()
        return
    url = f"sqlite:///{folder}/random.db"
    if request.param == "postgres":
        url = str(request.getfixturevalue("postgres_url"))
    with closing(open_store(url)) as store:
        yield store


def test_counts_are_equal_in_store_command_and_page(
    looked: Looked, kept: SessionStore
) -> None:
    seed = random.randrange(10**6)
    sys.stdout.write(f"seed {seed}\n")
    fill_randomly(kept, random.Random(seed))
    listed = kept.list_conversations()
    server = PageServer(lambda: View(store=kept, url="random", now=NOW + 900))
    server.start()
    looked.open(server.url, ".over, .totals")

    whole = kept.cost().total
    # One thread is shown by itself, and has no overview.
    if listed.matching > 1:
        check_overview(looked, listed.matching, whole)
    shown = [shown_totals(looked, item) for item in items(looked)]
    assert shown == [totals(told.records, told.costs) for told in listed.found]
    if not isinstance(kept, MemoryStore):
        check_command(kept.url, shown)
    server.close()
    assert looked.complaints == []


def check_overview(looked: Looked, threads: int, whole: Costs) -> None:
    assert summary(threads, whole) in looked.text(".over > p")
    for table in looked.page.locator(".two table").all():
        cells = table.locator("tbody tr td:nth-child(2)").all_inner_texts()
        assert sum(map(number, cells)) == whole.turns


def items(looked: Looked) -> list[str]:
    found = looked.page.locator(".item[data-thread]:not([data-thread=''])").all()
    return [str(each.get_attribute("data-thread")) for each in found]


def shown_totals(looked: Looked, thread: str) -> dict[str, str]:
    """Open a thread, and read its totals, and of how many turns its tree is."""
    item = looked.page.locator(f".item[data-thread='{thread}']")
    if item.is_visible():
        item.click()
    looked.page.locator(f".item[data-thread='{thread}'][aria-current]").wait_for(
        state="attached"
    )
    names = looked.page.locator(".totals dt").all_inner_texts()
    values = looked.page.locator(".totals dd").all_inner_texts()
    told = str(looked.page.locator(".rows").get_attribute("aria-label"))
    return dict(zip(names, values, strict=True)) | {"rows": told.partition(" turn")[0]}


def totals(records: int, costs: Costs) -> dict[str, str]:
    again = {"Sent again": f"{costs.sent_again:,}"} if costs.sent_again else {}
    return {
        "Turns": f"{records:,}",
        **again,
        "Tokens": tokens_text(costs.usage.total_tokens),
        "Cost": cost_text(costs),
        "rows": f"{records:,}",
    }


def check_command(url: str, shown: list[dict[str, str]]) -> None:
    done = CliRunner().invoke(
        interactions, ["sessions", "list", "--sessions", url, "--json"]
    )
    assert done.exit_code == 0, done.output
    sessions: list[dict[str, Any]] = json.loads(done.stdout)["sessions"]
    for told, page in zip(sessions, shown, strict=True):
        assert page["Turns"] == f"{told['records']:,}"
        assert page.get("Sent again", "0") == f"{told['sent_again']:,}"
        assert page["Tokens"] == tokens_text(told["usage"]["total_tokens"])
        known = told["cost"]["usd"]
        assert (page["Cost"] == "no price") == (known is None and told["turns"] > 0)
        is_least = bool(told["cost"]["unpriced_turns"]) and known is not None
        assert page["Cost"].startswith("≥") == is_least


def summary(threads: int, whole: Costs) -> str:
    return (
        f"{threads:,} thread{'' if threads == 1 else 's'}, "
        f"{whole.turns:,} turn{'' if whole.turns == 1 else 's'}, "
        f"{tokens_text(whole.usage.total_tokens)} tokens"
    )


def number(text: str) -> int:
    return int(text.replace(",", ""))


def rounded(amount: float, places: int) -> str:
    """Round as a browser does: the half upwards."""
    step = Decimal(1).scaleb(-places)
    return f"{Decimal(amount).quantize(step, rounding=ROUND_HALF_UP):,}"


def tokens_text(count: int) -> str:
    if count < 1_000:
        return str(count)
    if count >= 999_995_000:
        return f"{rounded(count / 1e9, 2)}G"
    if count >= 999_500:
        return f"{rounded(count / 1e6, 2)}M"
    return f"{rounded(count / 1000, 1 if count < 9_950 else 0)}k"


def cost_text(costs: Costs) -> str:
    if not costs.turns:
        return "\u2013"
    if costs.usd is None:
        return "no price"
    amount, least = float(costs.usd), "≥ " if costs.unpriced else ""
    places = 4 if amount < 0.01 else 3 if amount < 1 else 2
    return f"{least}${rounded(amount, places)}" if amount else f"{least}$0"

"""What was sent again is told by the page as by the command: same rows, same numbers."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from interactions_core import SqliteStore
from interactions_core.cli.root import interactions
from tests.browser import Looked
from tests.page.conftest import write_page
from tests.page.drawn import fill_drawn
from tests.page.test_counts import cost_text, tokens_text
from tests.page.test_page_file import data_in

pytestmark = [pytest.mark.xdist_group("browser")]

AGAIN = "root, sent again"


@pytest.fixture
def page(folder: Path) -> Path:
    store = SqliteStore(folder / "state.db")
    fill_drawn(store)
    store.close()
    return write_page("--all-threads")


def asked(*arguments: str) -> str:
    done = CliRunner().invoke(interactions, ["usage", "--by", "reason", *arguments])
    assert done.exit_code == 0, done.output
    return done.stdout


def told() -> dict[str, dict[str, Any]]:
    return {row["key"]: row for row in json.loads(asked("--json"))["rows"]}


def shown(looked: Looked) -> dict[str, list[str]]:
    """Return the cells of each row of the page, by the first."""
    section = looked.page.locator(".over section", has_text="Cost by reason")
    rows = [row.locator("td").all_inner_texts() for row in section.locator("tbody tr").all()]  # fmt: skip
    return {name: cells for name, *cells in rows}


def test_a_root_that_is_not_the_first_has_a_row_with_equal_numbers(
    looked: Looked, page: Path
) -> None:
    looked.open(page.as_uri(), ".over")
    rows, kept = told(), SqliteStore("state.db", read_only=True)
    costs = kept.cost("reason_again").rows
    kept.close()

    assert shown(looked) == {
        name: [
            f"{each.turns}",
            tokens_text(each.usage.total_tokens),
            "\u2013" if not each.sent_again else f"${each.again_usd:.3f}",
            cost_text(each),
        ]
        for name, each in costs.items()
    }
    assert rows.keys() == costs.keys()
    again = rows[AGAIN]
    assert (again["turns"], again["sent_again"]) == (11, 11)
    assert again["cost"]["usd"] == again["cost"]["again_usd"] == "0.7854"
    assert rows["root"]["sent_again"] == 0
    for name, (turns, tokens, *_) in shown(looked).items():
        assert turns == f"{rows[name]['turns']}"
        assert tokens == tokens_text(rows[name]["usage"]["total_tokens"])


def test_the_command_has_the_rows_of_the_page(page: Path) -> None:
    index = data_in(page.read_text(), "index")
    table = asked().partition("\n\n")[0].splitlines()
    rows = dict(index["sums"]["reason_again"])
    assert [*rows] == [*told()]
    for (name, sums), line in zip(rows.items(), table[1:], strict=False):
        assert line.startswith(name)
        assert line.removeprefix(name).split()[0] == f"{sums['turns']}"

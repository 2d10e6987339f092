"""Rails of random trees as they are drawn; `test_layout` has where they lie."""

from random import Random
from typing import Any

import pytest

from interactions_core import SqliteStore
from tests.browser import Looked
from tests.core.looking import Thread, at
from tests.page.conftest import write_page

pytestmark = [pytest.mark.xdist_group("browser")]

TURNS = 60

ROWS = """() => [...document.querySelectorAll(".row")].map((row) => {
  const rails = row.querySelector("svg"), mark = rails.querySelector("circle");
  const height = rails.getBoundingClientRect().height;
  const through = [...rails.querySelectorAll("line")].filter((line) =>
    Number(line.getAttribute("y1")) === 0 && Number(line.getAttribute("y2")) === height);
  return { at: Number(mark.getAttribute("cx")), wide: rails.getBoundingClientRect().width,
    through: through.map((line) => Number(line.getAttribute("x1"))) };
})"""


@pytest.mark.parametrize("seed", range(3))
def test_no_rail_passes_through_the_turn_of_another_branch(
    browser: Any, store: SqliteStore, seed: int
) -> None:
    random = Random(seed)
    thread = Thread(store, "tree", "acme")
    keys: list[str] = []
    for number in range(TURNS):
        after = random.choice(keys[-6:]) if keys else ""
        keys.append(thread.turn("fork" if keys else "root", at("27 Nov 10:00") + 60 * number, after))  # fmt: skip
    looked = Looked(browser, high=3_400)
    looked.open(write_page("tree").as_uri(), ".row")
    rows = looked.page.evaluate(ROWS)
    looked.context.close()
    assert len(rows) == TURNS
    assert len({row["at"] for row in rows}) > 2
    for row in rows:
        assert 0 < row["at"] < row["wide"]
        assert all(abs(rail - row["at"]) >= 3 for rail in row["through"])

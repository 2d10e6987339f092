"""The page looks as it did when somebody looked at it, see `pictures`."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.page.pictures import KEPT, PICTURES, TOLERANCE, apart, take, write_page

pytestmark = [pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    return write_page(tmp_path_factory.mktemp("pictured"))


def kept(name: str) -> Image.Image:
    return Image.open(KEPT / f"{name}.png").convert("RGB")


@pytest.mark.parametrize("name", PICTURES)
def test_the_page_looks_as_its_picture(
    browser: Any, page: str, tmp_path: Path, name: str
) -> None:
    taken = take(browser, page, PICTURES[name])
    taken.save(tmp_path / f"{name}.png")
    said = f"{tmp_path}/{name}.png; python -m tests.page.pictures keeps it"
    assert apart(taken, kept(name)) <= TOLERANCE, said


def test_motion_changes_nothing_that_stands_still(browser: Any, page: str) -> None:
    taken = take(browser, page, PICTURES["thread-light"], motion="no-preference")
    assert apart(taken, kept("thread-light")) <= TOLERANCE


@pytest.mark.parametrize(
    "style",
    [
        ":root:root { --again: #0a6b62; }",
        ":root:root { --ink3: #b0b0ba; }",
        ".row { padding-right: 20px !important; }",
        ".tools { min-height: 42px !important; }",
    ],
    ids=["mark", "text", "row", "toolbar"],
)
def test_a_colour_or_a_length_that_moved_is_seen(
    browser: Any, page: str, style: str
) -> None:
    taken = take(browser, page, PICTURES["thread-light"], style=style)
    assert apart(taken, kept("thread-light")) > TOLERANCE


def test_each_picture_is_one_of_those_that_are_compared() -> None:
    assert {each.stem for each in KEPT.iterdir()} == PICTURES.keys()

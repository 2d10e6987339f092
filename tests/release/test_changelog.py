"""The changelog of a release is the open section, closed."""

import datetime as dt

import pytest

from release.changelog import NothingToReleaseError, cut, notes

DAY = dt.date(2026, 12, 1)
OPEN = """\
# Changelog

## 0.2.0 (unreleased)

### Added

- A door.

## 0.1.0 (2026-11-29)

- A house.
"""


def test_open_section_gets_the_number_and_the_day() -> None:
    closed = cut(OPEN, "0.3.0", DAY)

    assert "## 0.3.0 (2026-12-01)\n\n### Added" in closed
    assert "unreleased" not in closed
    assert closed.endswith("## 0.1.0 (2026-11-29)\n\n- A house.\n")


def test_notes_are_those_of_one_version() -> None:
    assert notes(cut(OPEN, "0.2.0", DAY), "0.2.0") == "### Added\n\n- A door.\n"
    assert notes(OPEN, "0.1.0") == "- A house.\n"


def test_section_that_was_closed_before_stays_as_it_is() -> None:
    closed = cut(OPEN, "0.2.0", DAY)

    assert cut(closed, "0.2.0", dt.date(2027, 1, 1)) == closed


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            OPEN.replace("0.2.0 (unreleased)", "0.1.9 (2026-11-30)"), id="nothing-open"
        ),
        pytest.param(OPEN.replace("- A door.\n", ""), id="nothing-in-it"),
    ],
)
def test_nothing_is_released_without_an_entry(text: str) -> None:
    with pytest.raises(NothingToReleaseError):
        cut(text, "0.2.0", DAY)

"""What a 404 teaches of how long the server keeps interactions."""

import pytest

from interactions_core.protocol.retention import (
    DAY_S,
    Loss,
    agreed_retention,
    learned_retention,
)


@pytest.mark.parametrize(
    ("age", "configured", "learned"),
    [
        pytest.param(0.5, 55, None, id="deleted on its first day"),
        pytest.param(1, 55, 1, id="the free tier keeps one day"),
        pytest.param(3, 55, 1, id="gone on the third day"),
        pytest.param(8, 55, 7, id="a week"),
        pytest.param(20, 55, 14, id="two weeks"),
        pytest.param(54, 55, 28, id="four weeks"),
        pytest.param(55, 55, None, id="as configured"),
        pytest.param(90, 55, None, id="older than configured"),
        pytest.param(2, 1, None, id="older than the free tier keeps"),
        pytest.param(0.9, 1, None, id="younger than the free tier keeps"),
        pytest.param(8, 7, None, id="older than a week that was configured"),
        pytest.param(6, 7, 1, id="a week was configured"),
    ],
)
def test_404_teaches_the_longest_retention_that_was_outlived(
    age: float, configured: float, learned: float | None
) -> None:
    expected = None if learned is None else learned * DAY_S

    assert learned_retention(age * DAY_S, configured * DAY_S) == expected


@pytest.mark.parametrize(
    ("figures", "agreed"),
    [
        pytest.param([], None, id="nothing"),
        pytest.param([1], None, id="one chain may have been deleted"),
        pytest.param([1, 1], 1, id="two chains"),
        pytest.param([1, 7], 7, id="both have outlived the longer one"),
        pytest.param([7, 1, 28, 1], 1, id="the shortest that two speak for"),
    ],
)
def test_two_chains_teach_a_retention(figures: list[int], agreed: int | None) -> None:
    losses = [Loss(str(n), days * DAY_S, 0.0, 9.0) for n, days in enumerate(figures)]

    found = agreed_retention(losses, now=9.0)

    assert found == (None if agreed is None else agreed * DAY_S)


def test_losses_of_another_day_and_from_before_a_restore_teach_nothing() -> None:
    now = 10 * DAY_S
    today = Loss("a", DAY_S, 5 * DAY_S, now)
    earlier = Loss("b", DAY_S, 5 * DAY_S, now - DAY_S)
    restored = Loss("c", DAY_S, 4 * DAY_S, now)

    assert agreed_retention([today, earlier], now=now) is None
    assert agreed_retention([today, restored], now=now, restored_at=4 * DAY_S) is None
    assert agreed_retention([today, restored], now=now) == DAY_S

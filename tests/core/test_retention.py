"""What a 404 teaches of how long the server keeps interactions."""

import pytest

from interactions_core.protocol.retention import DAY_S, learned_retention


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

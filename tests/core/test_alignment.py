"""Where a list first differs from an earlier one, told by marks."""

import pytest

from interactions_core.explaining.alignment import Change, first_change
from interactions_core.records.outlines import StepShape

KINDS = {
    "u": "user_input",
    "m": "model_output",
    "c": "function_call",
    "r": "function_result",
}


def shapes(text: str) -> list[StepShape]:
    """Make shapes of words such as `u1`, a letter for the kind and a name."""
    return [StepShape(word.encode(), KINDS[word[0]], 1) for word in text.split()]


@pytest.mark.parametrize(
    ("earlier", "later", "change"),
    [
        pytest.param("u1 m1", "u1 m1 u2", None, id="goes on"),
        pytest.param("u1 m1 u2 m2", "u1 m1", None, id="ends earlier"),
        pytest.param("u1 m1", "u1 m1", None, id="the same"),
        pytest.param("", "u1", None, id="nothing before"),
        pytest.param(
            "u1 m1 u2 m2", "u1 m1 u9 m2 u3", Change("edited", 2, 1, 1), id="edit"
        ),
        pytest.param(
            "u1 m1 u2 m2", "u1 m1 u9", Change("edited", 2, 1, 1), id="another question"
        ),
        pytest.param(
            "u1 m1 u2", "u1 m9 u2", Change("reply_changed", 1, 1, 1), id="reply"
        ),
        pytest.param(
            "u1 c1 r1 m1",
            "u1 c1 r9 m1 u2",
            Change("result_changed", 2, 1, 1),
            id="result",
        ),
        pytest.param(
            "u1 m1 u2 m2", "u2 m2 u3", Change("trimmed", 0, 2, 0), id="trimmed"
        ),
        pytest.param(
            "u1 m1 u2 m2 u3 m3",
            "u1 m1 u3 m3 u4",
            Change("trimmed", 2, 2, 0),
            id="trimmed in the middle",
        ),
        pytest.param(
            "u1 m1 u2 m2 u3 m3",
            "u9 u3 m3 u4",
            Change("summarised", 0, 4, 1),
            id="summary",
        ),
        pytest.param(
            "u1 m1", "u9 u1 m1 u2", Change("inserted", 0, 0, 1), id="inserted"
        ),
        pytest.param(
            "u1 m1 u2 m2",
            "u1 m8 u9 m2 u3",
            Change("replaced", 1, 2, 2),
            id="two replaced",
        ),
        pytest.param(
            "u1 m1 u2", "u1 r9 m9", Change("replaced", 1, 2, 2), id="all else"
        ),
    ],
)
def test_the_first_difference_is_told_by_its_place_and_kind(
    earlier: str, later: str, change: Change | None
) -> None:
    assert first_change(shapes(earlier), shapes(later)) == change

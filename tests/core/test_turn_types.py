"""What whoever makes a turn is told of values that no turn can have."""

from dataclasses import fields
from typing import Any

import pytest

from interactions_core.records.turn import Turn
from interactions_core.records.turn_types import KINDS
from interactions_core.transcript.digest import Transcript
from tests.core.session import user

ASKED = Transcript.of([user("hello")])
UNCHECKED = {"combine_tools", "built_in", "place", "question"}
"""Made and checked elsewhere, or by the adapters alone."""


def make(**changes: Any) -> Turn:
    return Turn(**{"transcript": ASKED, "target": ("model", "m")} | changes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"transcript": [user("hello")]}, "transcript takes a Transcript, as Tra"),
        ({"transcript": "hello"}, "not an object of type str"),
        ({"target": "gemini-3.5-flash"}, "target takes a pair such as ('model', NAME)"),
        ({"target": ("modell", "m")}, "not ('modell', 'm')"),
        ({"target": ("model", None)}, "not ('model', None)"),
        (
            {"settings": [("tools", [])]},
            "settings takes a mapping, not an object of ty",
        ),
        ({"session_id": 7}, "session_id takes a text, not an object of type int"),
        ({"thread_id": None}, "thread_id takes a text, not an object of type NoneType"),
        ({"store": "no"}, "store takes True or False, not an object of type str"),
        (
            {"background": 1},
            "background takes True or False, not an object of type int",
        ),
        ({"deadline_s": "1 h"}, "deadline_s takes a number of seconds or None, not an"),
        ({"deadline_s": True}, "deadline_s takes a number of seconds or None, not an"),
        ({"is_late": False}, "is_late takes a function, not an object of type bool"),
    ],
)
def test_a_field_of_another_type_is_named_with_what_it_takes(
    changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(TypeError) as refused:
        make(**changes)

    assert str(refused.value).startswith("Turn: ")
    assert said in str(refused.value)


def test_every_field_is_looked_at_or_said_not_to_be() -> None:
    assert {*KINDS} | UNCHECKED == {field.name for field in fields(Turn)}


@pytest.mark.parametrize("step", ["hello", {"type": "user_input"}, None])
def test_what_is_no_step_is_named_by_its_place(step: Any) -> None:
    with pytest.raises(TypeError, match="number 1 is of type") as refused:
        ASKED.extended([step])

    assert type(step).__name__ in str(refused.value)
    assert "user_input, model_output, function_call" in str(refused.value)

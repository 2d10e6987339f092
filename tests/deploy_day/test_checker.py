"""The checker of the day finds what it is there for, and excuses nothing else."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.deploy_day.checker import (
    AWAY,
    KILLED,
    UNKEPT,
    Create,
    Day,
    check,
    creates_of,
)
from tests.deploy_day.ledger import Row

CALL = "q-ada-0-0"
SAID = {
    "type": "user_input",
    "content": [{"type": "text", "text": f"Well, says {CALL}"}],
}
ANSWER = {"type": "model_output", "content": [{"type": "text", "text": "Fine."}]}
LISTED = ["user", [["text", f"Well, says {CALL}"]]]
ASKED = {"what": "asked", "call": CALL, "pod": "a0", "list": [LISTED]}
ANSWERED = {"what": "answered", "call": CALL, "pod": "a0", "text": "Fine."}
ENDED = {"what": "ended", "call": CALL, "pod": "a0", "text": "Fine."}
FAILED = {
    "what": "failed",
    "call": CALL,
    "pod": "a0",
    "error": "StoreError",
    "told": "",
}
SUSPENDED = {"what": "suspended", "call": CALL, "pod": "a0"}
ONCE: list[Row] = [ASKED, ANSWERED, ENDED]


def made(number: int = 1, before: Sequence[Any] = (SAID,)) -> list[Create]:
    return [Create(CALL, f"v1_{n}", [*before], [ANSWER]) for n in range(number)]


def day(
    rows: list[Row],
    creates: list[Create],
    killed: str = "",
    answer: str | None = "Fine.",
) -> Day:
    return Day(rows, creates, {killed}, {CALL: answer})


def test_a_day_on_which_all_went_well_has_no_faults() -> None:
    found = check(day(ONCE, made()))

    assert (found.faults, found.windows) == ([], {})


@pytest.mark.parametrize(
    ("of", "said"),
    [
        pytest.param(day(ONCE, made(), answer=None), "no answer", id="no answer"),
        pytest.param(day(ONCE, []), "never asked for", id="made up"),
        pytest.param(day(ONCE, made(2)), "2 creates (v1_0, v1_1)", id="paid twice"),
        pytest.param(
            day(ONCE, made(before=[SAID, ANSWER, SAID])), "asked with", id="too much"
        ),
        pytest.param(day(ONCE, made(before=[])), "asked with", id="too little"),
        pytest.param(day(ONCE, made(), answer="Bad."), "the client has", id="another"),
        pytest.param(
            day([ASKED, {**ANSWERED, "text": "Bad."}, ENDED], made()),
            "none of its answers",
            id="another's",
        ),
        pytest.param(
            day([{**ASKED, "list": [LISTED, LISTED]}, ANSWERED, ENDED], made()),
            "asked after [",
            id="asked twice in one list",
        ),
        pytest.param(
            day([{**ASKED, "list": [["model", "Old."], LISTED]}, *ONCE[1:]], made()),
            "asked after the answers",
            id="an answer that nobody had",
        ),
        pytest.param(
            day([{**FAILED, "error": "KeyError"}, *ONCE], made()), "KeyError", id="bug"
        ),
        pytest.param(
            day([ASKED, SUSPENDED, *ONCE], made(2)), "2 creates", id="suspended"
        ),
        pytest.param(
            day([ASKED, {**ASKED, "pod": "a1"}, ANSWERED, ENDED], made(2), killed="a2"),
            "2 creates",
            id="somebody else was killed",
        ),
        pytest.param(
            day([{**ASKED, "pod": "a1"}, *ONCE], made(3), killed="a1"),
            "3 creates",
            id="killed once, paid three times",
        ),
    ],
)
def test_what_is_wrong_is_found(of: Day, said: str) -> None:
    assert said in "\n".join(check(of).faults)


@pytest.mark.parametrize(
    ("rows", "killed", "window"),
    [
        ([{**ASKED, "pod": "a1"}, *ONCE], "a1", KILLED),
        ([{**ASKED, "pod": "a1"}, {**ANSWERED, "pod": "a1"}, *ONCE], "a1", UNKEPT),
        ([ASKED, ANSWERED, FAILED, *ONCE], "", UNKEPT),
        ([ASKED, FAILED, *ONCE], "", AWAY),
    ],
)
def test_a_second_create_is_counted_by_its_window(
    rows: list[Row], killed: str, window: str
) -> None:
    found = check(day(rows, made(2), killed))

    assert (found.faults, found.windows) == ([], {window: 1})


def test_a_question_may_be_asked_again_with_another_list_and_each_has_its_create() -> (
    None
):
    """Ours: a tool's call that was lost comes again with another id."""
    other = {**SAID, "content": [{"type": "text", "text": f"Again, says {CALL}"}]}
    again = {**ASKED, "list": [["user", [["text", f"Again, says {CALL}"]]]]}
    rows: list[Row] = [{**ASKED, "pod": "a1"}, again, ANSWERED, ENDED]
    first, second = [*made(), *made(before=(other,))]

    assert check(day(rows, [first, second], killed="a1")).faults == []
    [wrong] = check(day(rows, [first], killed="a1")).faults
    assert "nothing was asked with its newest list" in wrong


def test_a_context_is_what_a_chain_holds_before_the_answer() -> None:
    more = {**SAID, "content": [{"type": "text", "text": "And q-ada-0-1?"}]}
    rows: list[Row] = [
        {
            "method": "POST",
            "path": "/v1beta/interactions?alt=sse",
            "status": 200,
            "interaction": name,
            "body": {"input": [said], "previous_interaction_id": parent},
        }
        for name, said, parent in [("v1_a", SAID, None), ("v1_b", more, "v1_a")]
    ]
    cancel = {**rows[0], "path": "/v1beta/interactions/v1_a/cancel"}
    refused = {**rows[0], "status": 503, "interaction": None}
    held = {"v1_a": [SAID, ANSWER], "v1_b": [SAID, ANSWER, more, ANSWER]}

    first, second = creates_of([*rows, cancel, refused], held)

    assert first == Create(CALL, "v1_a", [SAID], [ANSWER])
    assert second == Create("q-ada-0-1", "v1_b", [SAID, ANSWER, more], [ANSWER])

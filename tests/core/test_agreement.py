"""The rules by which a list repeats a reply."""

from dataclasses import replace

import pytest

from interactions_core.canonical import JsonObject
from interactions_core.mapping.agreement import Agreement, agreement
from interactions_core.records.interactions import (
    InteractionRecord,
    ReplyForm,
    hashes_of,
)
from interactions_core.transcript.parts import text_part
from interactions_core.transcript.steps import (
    Step,
    function_result,
    model_output,
    user_input,
)
from tests.core.session import NOW, SCOPE, call, model, result, thought, user

A, C1, C2 = model("abc"), call("c1"), call("c2")
OBSERVED = user_input([text_part("\nObservation: 1")])


def answered(*held: JsonObject | Step) -> InteractionRecord:
    steps = tuple(step.wire if isinstance(step, Step) else step for step in held)
    return InteractionRecord(
        key="i1",
        scope=SCOPE,
        request_digest=b"",
        form=ReplyForm.of(steps),
        held=steps,
        created_at=NOW,
        expires_at=NOW + 1,
    )


@pytest.mark.parametrize(
    ("record", "following", "expected"),
    [
        pytest.param(answered(A), [A], Agreement(1, 3), id="equal text"),
        pytest.param(
            answered(thought("s"), A), [A, user("q")], Agreement(1, 3), id="and more"
        ),
        pytest.param(
            answered(C1, C2), [C1, C2], Agreement(2, by_calls=True), id="equal calls"
        ),
        pytest.param(
            answered(A, C1),
            [A, C1],
            Agreement(2, 3, by_calls=True),
            id="text and calls",
        ),
        pytest.param(
            answered(A, C1),
            [C1, result("c1")],
            Agreement(1, by_calls=True),
            id="known calls without the text beside them",
        ),
        pytest.param(answered(A), [], None, id="nothing follows"),
        pytest.param(answered(A), [user("abc")], None, id="somebody else says it"),
        pytest.param(answered(A), [model("ab")], None, id="cut at a stop word"),
        pytest.param(answered(A), [model("abc [checked]")], None, id="rewritten"),
        pytest.param(answered(A), [user("q")], None, id="absent"),
        pytest.param(answered(C1, C2), [C1], None, id="one of two calls"),
        pytest.param(answered(C1, C2), [C2, C1], None, id="calls in another order"),
        pytest.param(
            answered(C1),
            [call("c1", "weather", city="Rome")],
            None,
            id="other arguments",
        ),
        pytest.param(answered(A, C1), [A], None, id="the calls are dropped"),
        pytest.param(answered(thought("s")), [A], None, id="the reply was empty"),
    ],
)
def test_reply_agrees_if_it_is_repeated(
    record: InteractionRecord, following: list[Step], expected: Agreement | None
) -> None:
    assert agreement(record, following, glued=False) == expected


@pytest.mark.parametrize(
    ("record", "first", "expected"),
    [
        pytest.param(
            answered(A),
            model("abc\nObservation: 1"),
            Agreement(1, 3, remainder=OBSERVED),
            id="an observation",
        ),
        pytest.param(
            answered(model("a\nObservation: 0")),
            model("a\nObservation: 0\nObservation: 1"),
            Agreement(1, 16, remainder=OBSERVED),
            id="after one that the model made up",
        ),
        pytest.param(answered(A), A, Agreement(1, 3), id="nothing glued on"),
        pytest.param(answered(A), model("abc\nThought: 1"), None, id="another word"),
        pytest.param(answered(A), model("abcObservation: 1"), None, id="no new line"),
        pytest.param(answered(A), model("abX\nObservation: 1"), None, id="other text"),
        pytest.param(answered(A), user("abc\nObservation: 1"), None, id="a user"),
        pytest.param(
            answered(A),
            model_output([text_part("abc"), text_part("\nObservation: 1")]),
            None,
            id="a message of several blocks",
        ),
        pytest.param(answered(C1), model("\nObservation: 1"), None, id="a call"),
        pytest.param(
            answered(model("")), model("\nObservation: 1"), None, id="an empty reply"
        ),
        pytest.param(
            answered(A, C1), model("abc\nObservation: 1"), None, id="text beside calls"
        ),
        pytest.param(
            answered(
                {
                    "type": "model_output",
                    "content": [
                        {"type": "text", "text": "abc"},
                        {"type": "image", "data": "AAAA"},
                    ],
                }
            ),
            model("abc\nObservation: 1"),
            None,
            id="text beside a picture",
        ),
    ],
)
def test_observation_is_split_off_a_text(
    record: InteractionRecord, first: Step, expected: Agreement | None
) -> None:
    assert agreement(record, [first], glued=True) == expected


@pytest.mark.parametrize(
    ("following", "expected"),
    [
        pytest.param([model("sunny")], Agreement(1, local=True), id="as returned"),
        pytest.param([C1], None, id="as held"),
        pytest.param([model("rainy")], None, id="something else"),
    ],
)
def test_local_answer_is_compared_with_what_was_returned(
    following: list[Step], expected: Agreement | None
) -> None:
    record = replace(
        answered(C1),
        returned=hashes_of([model("sunny")]),
        local_results=(function_result("c1", "weather", "sunny").wire,),
    )

    assert agreement(record, following, glued=True) == expected


def test_reply_that_was_cut_before_it_was_returned_does_not_agree() -> None:
    """The server holds more than the framework says was said."""
    record = replace(answered(A), returned=hashes_of([model("ab")]))

    assert agreement(record, [model("ab")], glued=False) is None

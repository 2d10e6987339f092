"""Input that the API accepts, and which of its steps are not in the list."""

import pytest

from interactions_core.canonical import JsonObject
from interactions_core.mapping.composition import UNANSWERED, compose, compose_as_text
from interactions_core.transcript.parts import media_part, text_part
from interactions_core.transcript.steps import (
    Step,
    function_call,
    function_result,
    user_input,
)
from tests.core.session import BYPASS, call, model, result, unanswered, user, wires

Q, A, NUDGE = user("q"), model("a"), user("Continue.")
CUT = user("[result of weather: sunny]")


def named(call_id: str, name: str) -> Step:
    return function_call(call_id, name, {})


def answer(call_id: str, name: str) -> Step:
    return function_result(call_id, name, "done")


@pytest.mark.parametrize(
    ("steps", "expected", "synthetic"),
    [
        pytest.param([Q], [Q], (), id="a question"),
        pytest.param([], [NUDGE], (0,), id="nothing"),
        pytest.param([Q, A], [Q, A, NUDGE], (2,), id="the model's own words"),
        pytest.param([A, Q], [A, Q], (), id="a list that begins with the model"),
        pytest.param(
            [Q, call("c1"), result("c1")],
            [Q, BYPASS, call("c1"), result("c1")],
            (1,),
            id="a foreign call",
        ),
        pytest.param(
            [Q, call("c1"), call("c2"), result("c2"), result("c1")],
            [Q, BYPASS, call("c1"), call("c2"), result("c2"), result("c1")],
            (1,),
            id="parallel foreign calls share a signature",
        ),
        pytest.param(
            [Q, call("c1")],
            [Q, BYPASS, call("c1"), unanswered("c1")],
            (1, 3),
            id="a call at the end",
        ),
        pytest.param(
            [Q, call("c1"), A, Q],
            [Q, BYPASS, call("c1"), unanswered("c1"), A, Q],
            (1, 3),
            id="a call that the model did not wait for",
        ),
        pytest.param(
            [call("c1"), result("c1")],
            [NUDGE, BYPASS, call("c1"), result("c1")],
            (0, 1),
            id="calls that open a list",
        ),
        pytest.param(
            [Q, named("c", "a"), named("c", "b"), answer("c", ""), answer("c", "")],
            [
                Q,
                BYPASS,
                named("c", "a"),
                named("c_2", "b"),
                answer("c", "a"),
                answer("c_2", "b"),
            ],
            (1,),
            id="calls with one id, whose results have no names",
        ),
        pytest.param(
            [Q, named("c", "a"), named("c", "b"), answer("c", "b"), answer("c", "a")],
            [
                Q,
                BYPASS,
                named("c", "a"),
                named("c_2", "b"),
                answer("c_2", "b"),
                answer("c", "a"),
            ],
            (1,),
            id="calls with one id, whose results come in another order",
        ),
        pytest.param(
            [Q, named("c", "a"), named("c", "b"), named("c_2", "d"), answer("c_2", "")],
            [
                Q,
                BYPASS,
                named("c", "a"),
                named("c_2", "b"),
                named("c_2_2", "d"),
                answer("c_2_2", "d"),
                function_result("c", "a", UNANSWERED, is_error=True),
                function_result("c_2", "b", UNANSWERED, is_error=True),
            ],
            (1, 6, 7),
            id="calls with one id beside one with an id like it",
        ),
        pytest.param([result("c1"), Q], [CUT, Q], (0,), id="a result without a call"),
        pytest.param(
            [Q, call("c1"), result("c9"), result("c1")],
            [Q, BYPASS, call("c1"), result("c1"), CUT],
            (1, 4),
            id="a stray result among real ones",
        ),
        pytest.param(
            [Q, call("c1"), result("c1"), result("c1")],
            [Q, BYPASS, call("c1"), result("c1"), CUT],
            (1, 4),
            id="a second result for one call",
        ),
        pytest.param(
            [Q, call("c1"), Q, result("c1")],
            [Q, BYPASS, call("c1"), unanswered("c1"), Q, CUT],
            (1, 3, 5),
            id="a result that comes too late",
        ),
        pytest.param(
            [Q, call("c1"), function_result("c1", "", "sunny")],
            [Q, BYPASS, call("c1"), result("c1")],
            (1,),
            id="a result is named after its call",
        ),
        pytest.param(
            [Q, function_call("c1", "f", "city=Rome"), result("c1")],
            [
                Q,
                BYPASS,
                function_call("c1", "f", {"arguments": "city=Rome"}),
                result("c1"),
            ],
            (1,),
            id="arguments that are no object",
        ),
    ],
)
def test_open_ends_are_closed(
    steps: list[Step], expected: list[Step | JsonObject], synthetic: tuple[int, ...]
) -> None:
    composition = compose(steps, 0, {})

    assert list(composition.steps) == wires(expected)
    assert composition.synthetic == synthetic


THOUGHT: JsonObject = {"type": "thought", "signature": "sig"}


@pytest.mark.parametrize(
    ("steps", "thoughts", "expected", "synthetic"),
    [
        pytest.param(
            [Q, A, Q], {1: [THOUGHT]}, [Q, THOUGHT, A, Q], (1,), id="before a text"
        ),
        pytest.param(
            [Q, call("c1"), call("c2"), result("c1"), result("c2")],
            {1: [THOUGHT]},
            [Q, THOUGHT, call("c1"), call("c2"), result("c1"), result("c2")],
            (1,),
            id="before calls, in the place of the bypass",
        ),
        pytest.param(
            [Q, A, call("c1"), result("c1")],
            {1: [THOUGHT]},
            [Q, THOUGHT, A, call("c1"), result("c1")],
            (1,),
            id="before a text that calls follow",
        ),
        pytest.param(
            [A, call("c1"), result("c1")],
            {0: [THOUGHT]},
            [NUDGE, THOUGHT, A, call("c1"), result("c1")],
            (0, 1),
            id="before a text and calls that open a list",
        ),
        pytest.param(
            [Q, A, Q, call("c1"), result("c1")],
            {1: [THOUGHT]},
            [Q, THOUGHT, A, Q, BYPASS, call("c1"), result("c1")],
            (1, 4),
            id="in an earlier turn than the call's",
        ),
    ],
)
def test_thoughts_that_the_list_carries_are_put_back(
    steps: list[Step],
    thoughts: dict[int, list[JsonObject]],
    expected: list[Step | JsonObject],
    synthetic: tuple[int, ...],
) -> None:
    composition = compose(steps, 0, {}, thoughts=thoughts)

    assert list(composition.steps) == wires(expected)
    assert composition.synthetic == synthetic


def test_open_calls_without_a_record_are_answered_from_the_list() -> None:
    steps = [Q, call("c1"), call("c2"), result("c1"), Q]

    composition = compose(steps, 3, {}, pending={"c1": "weather", "c2": "weather"})

    assert list(composition.steps) == wires([result("c1"), unanswered("c2"), Q])


@pytest.mark.parametrize(
    ("step", "told"),
    [
        pytest.param(call("c1", city="Köln"), '[called weather with {"city": "Köln"}]'),
        pytest.param(result("c1"), "[result of weather: sunny]"),
        pytest.param(
            function_result("c1", "", "x", is_error=True), "[result of c1 failed: x]"
        ),
        pytest.param(
            function_result("c1", "f", {"a": 1}), '[result of f: {"a": 1}]', id="object"
        ),
        pytest.param(
            function_result("c1", "f", [text_part("a")]),
            "[result of f: a]",
            id="blocks",
        ),
    ],
)
def test_plainest_form_says_calls_and_results_in_words(step: Step, told: str) -> None:
    composition = compose_as_text([Q, step])

    assert list(composition.steps) == wires([Q, user(told)])
    assert composition.synthetic == (1,)


def test_plainest_form_keeps_the_media_of_a_result() -> None:
    picture = media_part("image", "image/png", data="AAAA")
    step = function_result("c1", "f", [text_part("see"), picture])

    composition = compose_as_text([Q, step])

    told = user_input([text_part("[result of f: see]"), picture])
    assert composition.steps[1] == told.wire


def test_plainest_form_ends_with_something_to_answer() -> None:
    assert list(compose_as_text([Q, A]).steps) == wires([Q, A, NUDGE])
    assert list(compose_as_text([]).steps) == [NUDGE.wire]

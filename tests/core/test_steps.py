"""What is in a step's mark, and what a reply looks like to a framework."""

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interactions_core.canonical import canonical_hash
from interactions_core.transcript.parts import (
    Part,
    joined_parts,
    media_part,
    part_from_wire,
    text_part,
)
from interactions_core.transcript.replies import (
    pending_calls,
    reply_text,
    visible_reply,
)
from interactions_core.transcript.steps import (
    Step,
    function_call,
    function_result,
    model_output,
    step_hash,
    user_input,
)
from tests.core.session import call, model, result, thought, user

PNG = base64.b64encode(b"picture").decode()
OTHER = base64.b64encode(b"another").decode()


def image(data: str | None = PNG, **more: object) -> Part:
    return media_part("image", "image/png", data=data, **more)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(user("a"), model("a"), id="who says it"),
        pytest.param(user("a"), user("a "), id="text is not trimmed"),
        pytest.param(user("a\n"), user("a\r\n"), id="line ends are kept"),
        pytest.param(call("c1"), call("c2"), id="call id"),
        pytest.param(call("c1", "f"), call("c1", "g"), id="function name"),
        pytest.param(call("c1", "f", a=1), call("c1", "f", a=2), id="arguments"),
        pytest.param(
            function_call("c1", "f", "{"), function_call("c1", "f", {}), id="unparsed"
        ),
        pytest.param(result("c1", "a"), result("c1", "b"), id="result"),
        pytest.param(result("c1"), result("c2"), id="the call that it answers"),
        pytest.param(result("c1", name="f"), result("c1", name="g"), id="result name"),
        pytest.param(
            function_result("c1", "f", "a"),
            function_result("c1", "f", "a", is_error=True),
            id="whether it failed",
        ),
        pytest.param(
            function_result("c1", "f", "a"),
            function_result("c1", "f", [text_part("a")]),
            id="string and block",
        ),
        pytest.param(user_input([image()]), user_input([image(OTHER)]), id="pixels"),
        pytest.param(
            user_input([media_part("image", "image/png", data=PNG)]),
            user_input([media_part("image", "image/jpeg", data=PNG)]),
            id="mime type",
        ),
        pytest.param(
            user_input([image(None, uri="files/1")]),
            user_input([image(None, uri="files/2")]),
            id="uri",
        ),
        pytest.param(
            user_input([text_part("a"), text_part("b")]),
            user_input([text_part("ab")]),
            id="blocks of a user are not joined",
        ),
    ],
)
def test_what_a_replay_would_send_differently_differs(one: Step, other: Step) -> None:
    assert one.mark != other.mark


def test_same_bytes_in_another_base64_are_the_same_picture() -> None:
    spaced = f"{PNG[:4]}\n{PNG[4:]}"

    assert user_input([image(spaced)]).mark == user_input([image()]).mark


def test_pixels_stand_for_a_picture_that_is_encoded_anew() -> None:
    pixels = ["hash", [3, 3]]

    one = user_input([image(PNG, pixels=pixels)])
    other = user_input([image(OTHER, pixels=pixels)])

    assert one.mark == other.mark
    assert one.wire != other.wire


def test_broken_base64_and_lone_surrogates_have_marks() -> None:
    assert user_input([image("_-_-")]).mark != user_input([image("____")]).mark
    assert user_input([image("\ud800")]).mark != user_input([image("\ud801")]).mark
    assert user("\ud800").mark != user("\ud801").mark


HELD = [
    thought("s1"),
    {
        "type": "model_output",
        "content": [
            {"type": "text", "text": "It is ", "annotations": [{"url": "u"}]},
            {"type": "text", "text": "sunny."},
        ],
    },
    thought("s2"),
    {"type": "google_search_call", "id": "s", "arguments": {"queries": ["q"]}},
    {"type": "model_output", "content": [{"type": "text", "text": " Really."}]},
    {"type": "function_call", "id": "c1", "name": "weather", "arguments": {}}
    | {"signature": "s2"},
]


def test_reply_shows_one_text_and_the_pending_calls() -> None:
    """Not seen: thoughts, signatures, annotations and steps of server-run tools."""
    said = model("It is sunny. Really.")

    assert [s.mark for s in visible_reply(HELD)] == [said.mark, call("c1").mark]
    assert reply_text(HELD) == "It is sunny. Really."


def test_call_that_the_server_answered_is_not_shown() -> None:
    held = [call("c1").wire, result("c1").wire, model("done").wire, call("c2").wire]

    assert [s.mark for s in visible_reply(held)] == [
        model("done").mark,
        call("c2").mark,
    ]
    assert pending_calls(held) == {"c2": "weather"}


def test_media_in_a_reply_keep_their_place() -> None:
    picture = {"type": "image", "mime_type": "image/png", "data": PNG}
    before, after = {"type": "text", "text": "a"}, {"type": "text", "text": "b"}

    visible = visible_reply(
        [{"type": "model_output", "content": [before, picture, after]}]
    )

    expected = model_output([text_part("a"), image(), text_part("b")])
    assert [step.mark for step in visible] == [expected.mark]


@pytest.mark.parametrize(
    "held",
    [
        pytest.param([], id="nothing"),
        pytest.param([thought("s")], id="a thought"),
        pytest.param([{"type": "model_output"}], id="no content"),
        pytest.param([model("").wire], id="an empty text"),
    ],
)
def test_empty_reply_shows_nothing(held: list[dict[str, object]]) -> None:
    assert visible_reply(held) == ()


def test_adjacent_texts_of_one_reply_are_one_block() -> None:
    parts = [text_part("a"), text_part(""), text_part("b"), image(), text_part("c")]

    joined = joined_parts(parts)

    assert [part.wire for part in joined] == [
        text_part("ab").wire,
        image().wire,
        text_part("c").wire,
    ]


def test_block_of_an_unknown_kind_is_identified_by_all_it_has() -> None:
    one = part_from_wire({"type": "hologram", "depth": 1})
    other = part_from_wire({"type": "hologram", "depth": 2})

    assert one.identity != other.identity
    assert one.wire == {"type": "hologram", "depth": 1}


def test_result_without_a_name_sends_none() -> None:
    assert "name" not in function_result("c1", "", "a").wire
    assert "is_error" not in function_result("c1", "", "a").wire


@given(st.text(st.characters(), max_size=40), st.sampled_from([user, model]))
def test_mark_of_a_text_is_the_hash_of_its_canonical_form(text: str, who: Any) -> None:
    step = who(text)

    assert step.mark == step_hash(step.wire) == canonical_hash(step.wire)


@pytest.mark.parametrize(
    "step",
    [
        {"type": "user_input", "content": [{"type": "text", "text": 1}]},
        {"type": "user_input", "content": [{"type": "text", "text": "a", "x": 1}]},
        {"type": "model_output", "content": [{"type": "text", "text": "a"}], "x": 1},
        {"type": 'odd"', "content": [{"type": "text", "text": "a"}]},
        {"type": "thought", "signature": "s"},
    ],
)
def test_mark_of_any_other_step_on_the_wire_is_its_hash(step: Any) -> None:
    assert step_hash(step) == canonical_hash(step)

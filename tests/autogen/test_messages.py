"""AutoGen's messages as canonical steps."""

import base64

import pytest

from interactions_autogen._messages import to_steps
from interactions_core.exceptions import UnsupportedContentError
from interactions_core.transcript.parts import media_part, text_part
from interactions_core.transcript.steps import (
    Step,
    function_call,
    function_result,
    model_output,
    user_input,
)

Json = dict[str, object]
PNG = base64.b64encode(b"picture").decode()
AGAIN = base64.b64encode(b"the same picture, encoded anew").decode()
PIXELS = {"image_pixels_sha256": "00", "size": [3, 3]}


def system(text: str) -> Json:
    return {"type": "SystemMessage", "content": text}


def user(content: object, source: str = "user") -> Json:
    return {"type": "UserMessage", "content": content, "source": source}


def assistant(content: object, **more: object) -> Json:
    message = {"type": "AssistantMessage", "content": content, "thought": None}
    return message | {"source": "writer"} | more


def call(arguments: str) -> Json:
    return {"id": "c1", "name": "f", "arguments": arguments}


def executed(*results: Json) -> Json:
    return {"type": "FunctionExecutionResultMessage", "content": list(results)}


def result(call_id: str, *, is_error: bool = False) -> Json:
    return {"content": "21C", "name": "f", "call_id": call_id, "is_error": is_error}


def said(text: str) -> Step:
    return user_input([text_part(text)])


@pytest.mark.parametrize(
    ("messages", "instruction", "steps"),
    [
        pytest.param([], "", [], id="nothing"),
        pytest.param([system("a"), system("b")], "a\nb", [], id="leading instructions"),
        pytest.param(
            [system("a"), user("q"), system("memory")],
            "a",
            [said("q"), said("<system>\nmemory\n</system>")],
            id="memory after the user's message",
        ),
        pytest.param(
            [user("q"), user("no", "critic")],
            "",
            [said("q"), said("critic: no")],
            id="another speaker",
        ),
        pytest.param(
            [user(["look", {"data": PNG}], "web")],
            "",
            [
                user_input(
                    [text_part("web: look"), media_part("image", "image/png", data=PNG)]
                )
            ],
            id="a picture",
        ),
        pytest.param(
            [user([{"data": PNG}], "web")],
            "",
            [
                user_input(
                    [text_part("web: "), media_part("image", "image/png", data=PNG)]
                )
            ],
            id="a picture without words",
        ),
        pytest.param(
            [assistant("a", thought="hm")],
            "",
            [model_output([text_part("a")])],
            id="a thought is no part of it",
        ),
        pytest.param(
            [assistant([call('{"city": "Rome"}')], thought="checking")],
            "",
            [function_call("c1", "f", {"city": "Rome"})],
            id="a call",
        ),
        pytest.param(
            [assistant([call("city=Rome")])],
            "",
            [function_call("c1", "f", "city=Rome")],
            id="arguments that do not parse",
        ),
        pytest.param(
            [executed(result("c1"), result("c2", is_error=True))],
            "",
            [
                function_result("c1", "f", "21C"),
                function_result("c2", "f", "21C", is_error=True),
            ],
            id="results",
        ),
        pytest.param([assistant(""), user("")], "", [], id="nothing said"),
        pytest.param(
            [user(" a\r\n")], "", [said(" a\r\n")], id="white space is not touched"
        ),
    ],
)
def test_messages_become_steps(
    messages: list[Json], instruction: str, steps: list[Step]
) -> None:
    assert to_steps(messages) == (instruction, tuple(steps))


def test_picture_is_recognised_by_its_pixels() -> None:
    """AutoGen encodes pictures anew, and another version of Pillow differently."""
    one = to_steps([user([{"data": PNG} | PIXELS])])[1]
    other = to_steps([user([{"data": AGAIN} | PIXELS])])[1]

    assert [step.mark for step in one] == [step.mark for step in other]


def test_names_are_left_out_if_so_wished() -> None:
    _, steps = to_steps([user("no", "critic")], add_name_prefixes=False)

    assert steps == (said("no"),)


def test_same_call_written_with_other_spaces_is_the_same() -> None:
    one = to_steps([assistant([call('{"a": 1.0, "b": 2}')])])[1]
    other = to_steps([assistant([call('{"b":2,"a":1}')])])[1]

    assert [step.mark for step in one] == [step.mark for step in other]


@pytest.mark.parametrize(
    "message",
    [
        pytest.param({"type": "ToolCallMessage", "content": "a"}, id="a message"),
        pytest.param({"content": "a"}, id="a message without a type"),
        pytest.param(user([{"audio": "AAAA"}]), id="a part"),
        pytest.param(user([PIXELS]), id="a picture without its bytes"),
        pytest.param(user(7), id="a number"),
        pytest.param(assistant(["a"]), id="text among calls"),
        pytest.param(executed("21C"), id="a bare result"),
    ],
)
def test_unknown_content_is_an_error(message: Json) -> None:
    with pytest.raises(UnsupportedContentError, match="has no step"):
        to_steps([message])

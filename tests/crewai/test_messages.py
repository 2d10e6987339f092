"""CrewAI's messages as canonical steps."""

import base64

import pytest

from interactions_core.exceptions import UnsupportedContentError
from interactions_core.transcript.parts import media_part, text_part
from interactions_core.transcript.steps import (
    Step,
    function_call,
    function_result,
    model_output,
    user_input,
)
from interactions_crewai._messages import to_steps

Json = dict[str, object]
PNG = base64.b64encode(b"picture").decode()


def message(role: str, content: object = None, **more: object) -> Json:
    return {"role": role, "content": content, **more}


def call(call_id: str, arguments: object) -> Json:
    function = {"name": "f", "arguments": arguments}
    return {"id": call_id, "type": "function", "function": function}


def said(text: str) -> Step:
    return user_input([text_part(text)])


def answered(text: str) -> Step:
    return model_output([text_part(text)])


@pytest.mark.parametrize(
    ("messages", "instruction", "steps"),
    [
        pytest.param("prompt", "", [said("prompt")], id="a prompt"),
        pytest.param("", "", [], id="an empty prompt"),
        pytest.param([], "", [], id="nothing"),
        pytest.param([message("system", "s")], "s", [], id="an instruction alone"),
        pytest.param(
            [message("system", t) for t in ("s", "t", "s")] + [message("user", "q")],
            "s\n\nt",
            [said("q")],
            id="instructions once each",
        ),
        pytest.param(
            [message("system", "s"), message("user", "q"), message("system", "s")],
            "s",
            [said("q")],
            id="a repeat inside the list",
        ),
        pytest.param(
            [message("system", "s"), message("user", "q"), message("system", "step 2")],
            "s",
            [said("q"), said("step 2")],
            id="another text inside the list",
        ),
        pytest.param(
            [
                message(
                    "assistant", tool_calls=[call("c1", '{"a": 1}'), call("c2", "a=1")]
                ),
                message("tool", "21C", tool_call_id="c1", name="f"),
                message("tool", "", tool_call_id="c2"),
            ],
            "",
            [
                function_call("c1", "f", {"a": 1}),
                function_call("c2", "f", "a=1"),
                function_result("c1", "f", "21C"),
                function_result("c2", "", ""),
            ],
            id="calls and results",
        ),
        pytest.param(
            [message("assistant", "so", tool_calls=[call("c1", {"a": 1})])],
            "",
            [answered("so"), function_call("c1", "f", {"a": 1})],
            id="text beside a call",
        ),
        pytest.param(
            [message("assistant", "Action: x\nObservation: 1")],
            "",
            [answered("Action: x\nObservation: 1")],
            id="a glued observation is left as it is",
        ),
        pytest.param(
            [message("assistant", None), message("assistant", ""), message("user", "")],
            "",
            [],
            id="nothing said",
        ),
        pytest.param(
            [message("assistant", [{"text": "a"}, {"text": "b"}])],
            "",
            [answered("ab")],
            id="blocks of one answer",
        ),
        pytest.param(
            [message("user", ["a", {"text": "b"}])],
            "",
            [user_input([text_part("a"), text_part("b")])],
            id="plain text among blocks",
        ),
        pytest.param(
            [
                message(
                    "user",
                    [
                        {"type": "text", "text": "look"},
                        {"inlineData": {"mimeType": "image/png", "data": PNG}},
                        {"fileData": {"mimeType": "text/csv", "fileUri": "files/1"}},
                    ],
                )
            ],
            "",
            [
                user_input(
                    [
                        text_part("look"),
                        media_part("image", "image/png", data=PNG),
                        media_part("document", "text/csv", uri="files/1"),
                    ]
                )
            ],
            id="files",
        ),
    ],
)
def test_messages_become_steps(
    messages: str | list[Json], instruction: str, steps: list[Step]
) -> None:
    assert to_steps(messages) == (instruction, tuple(steps))


def test_marks_for_caches_make_no_difference() -> None:
    plain = message("user", "q")
    marked = plain | {"cache_breakpoint": True}

    assert to_steps([marked]) == to_steps([plain])


def test_objects_beside_the_calls_make_no_difference() -> None:
    plain = message("assistant", tool_calls=[call("c1", "{}")])
    smuggled = plain | {"raw_tool_call_parts": [object()]}

    assert to_steps([smuggled]) == to_steps([plain])


@pytest.mark.parametrize(
    "unknown",
    [
        pytest.param(message("developer", "a"), id="a role"),
        pytest.param({"content": "a"}, id="no role"),
        pytest.param(message("user", [{"audio": "AAAA"}]), id="a block"),
        pytest.param(message("user", [7]), id="a bare number"),
        pytest.param(message("user", 7), id="a number"),
        pytest.param(message("assistant", tool_calls=["f"]), id="a bare call"),
        pytest.param(message("assistant", tool_calls=[{"id": "c"}]), id="half a call"),
        pytest.param(
            message("assistant", tool_calls=[{"function": {"name": "f"}}]),
            id="a call without an id",
        ),
        pytest.param(message("tool", "a"), id="a result without an id"),
        pytest.param(
            message(
                "tool",
                [{"inlineData": {"mimeType": "image/png", "data": PNG}}],
                tool_call_id="c1",
            ),
            id="a picture as a result",
        ),
    ],
)
def test_unknown_content_is_an_error(unknown: Json) -> None:
    with pytest.raises(UnsupportedContentError, match="no step"):
        to_steps([unknown])

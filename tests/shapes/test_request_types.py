"""What counts as known to the SDK: its keys, words, types and alternatives."""

from typing import Any

import pytest

from tests.shapes.request_types import findings, word_fields
from tests.shapes.shape import shape_of

MODEL = {"model": "gemini-3.5-flash"}
AGENT = {"agent": "deep-research-preview-04-2026"}
CALL = {"type": "function_call", "id": "c", "name": "f", "arguments": {"any": [1]}}
RESULT = {"type": "function_result", "call_id": "c", "name": "f"}
SAID = {"type": "user_input", "content": [{"type": "text", "text": "Hi."}]}
DECLARED = {"type": "function", "name": "f", "parameters": {"anything": {"a": 1}}}


@pytest.mark.parametrize(
    "body",
    [
        {**MODEL, "input": "Hi."},
        {**MODEL, "input": [SAID, CALL, RESULT | {"result": {"any": "object"}}]},
        {**MODEL, "input": [RESULT | {"result": [{"type": "text", "text": "a"}]}]},
        {**MODEL, "input": "Hi.", "response_format": {"type": "text", "schema": {}}},
        {**MODEL, "input": "Hi.", "generation_config": {"temperature": 1}},
        {**AGENT, "input": [SAID], "agent_config": {"type": "deep-research"}},
    ],
)
def test_what_the_sdk_knows_is_no_finding(body: dict[str, Any]) -> None:
    assert findings(body) == []


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (MODEL | {"speed": 1}, "speed (CreateModelInteractionParam.speed): is unknown"),
        (
            MODEL | {"input": [SAID, CALL | {"signature": "s"}]},
            "input[].signature (FunctionCallStepParam.signature): is unknown",
        ),
        (
            MODEL | {"tools": [DECLARED | {"strict": True}]},
            "tools[].strict (FunctionParam.strict): is unknown",
        ),
        (
            MODEL | {"tools": [{"type": "telepathy"}]},
            (
                "tools[].type (CreateModelInteractionParam.tools): "
                "'telepathy' is no type of it"
            ),
        ),
        (
            MODEL | {"generation_config": {"thinking_level": "huge"}},
            (
                "generation_config.thinking_level (GenerationConfigParam."
                "thinking_level): 'huge' is none of its words"
            ),
        ),
        (
            MODEL | {"input": [RESULT]},
            "input[].result (FunctionResultStepParam.result): is missing",
        ),
        (
            MODEL | {"store": "yes"},
            "store (CreateModelInteractionParam.store): string where bool is known",
        ),
        (
            AGENT | {"generation_config": {}},
            (
                "generation_config (CreateAgentInteractionParam.generation_config): "
                "is unknown"
            ),
        ),
    ],
)
def test_what_the_sdk_does_not_know_is_named_with_its_place(
    body: dict[str, Any], told: str
) -> None:
    assert [str(finding) for finding in findings(body)] == [told]


def test_bodies_that_differ_in_values_only_have_one_shape() -> None:
    words = word_fields()
    first = MODEL | {"input": [SAID, SAID, CALL], "store": False}
    other = {"type": "text", "text": "Something else."}
    second = MODEL | {"input": [CALL | {"id": "d"}, SAID | {"content": [other]}]}

    assert shape_of(first, words) == shape_of(second | {"store": True}, words)
    assert shape_of(first, words) != shape_of(second, words)


def test_a_shape_keeps_the_words_of_the_api() -> None:
    body = MODEL | {"generation_config": {"thinking_level": "huge", "seed": 7}}

    shape = shape_of(body, word_fields())

    assert shape == MODEL | {"generation_config": {"thinking_level": "huge", "seed": 0}}
    assert len(findings(shape)) == 1

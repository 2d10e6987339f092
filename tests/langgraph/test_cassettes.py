"""The exact requests that the chat model sends, pinned in cassettes."""

from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from interactions_langgraph import ChatInteractions
from tests.recorded import CASSETTES, bodies_of, cassette_at, recorded_options

WEATHER = {
    "type": "function",
    "name": "get_weather",
    "description": "Get the weather of a city.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    },
}


@pytest.fixture
def model() -> Iterator[ChatInteractions]:
    with recorded_options() as options, ChatInteractions(**options) as made:
        yield made


@pytest.fixture
def cassette(request: pytest.FixtureRequest) -> Iterator[Any]:
    with cassette_at(CASSETTES / "langgraph" / f"{request.node.name}.yaml") as playing:
        yield playing


def test_text_is_one_user_input_step(model: ChatInteractions, cassette: Any) -> None:
    reply = model.invoke("My name is Ada.")

    assert reply.text
    assert bodies_of(cassette) == [
        {
            "model": "gemini-3.5-flash",
            "input": [
                {
                    "type": "user_input",
                    "content": [{"type": "text", "text": "My name is Ada."}],
                }
            ],
        }
    ]


def test_stream_differs_from_text_by_one_field(
    model: ChatInteractions, cassette: Any
) -> None:
    chunks = list(model.stream("My name is Ada."))

    assert "".join(chunk.text for chunk in chunks)
    assert chunks[-1].response_metadata["interaction_id"]
    assert [body["stream"] for body in bodies_of(cassette)] == [True]


def test_second_turn_sends_one_step_and_the_parent(
    model: ChatInteractions, cassette: Any
) -> None:
    first = model.invoke("My name is Ada.")
    second = model.invoke(
        [HumanMessage("My name is Ada."), first, HumanMessage("What is my name?")]
    )

    sent = bodies_of(cassette)[1]
    assert second.response_metadata["plan_reason"] == "continue"
    assert sent["previous_interaction_id"] == first.response_metadata["interaction_id"]
    assert [step["type"] for step in sent["input"]] == ["user_input"]


def test_tool_turn_sends_results_and_declares_tools_again(
    model: ChatInteractions, cassette: Any
) -> None:
    bound = model.bind_tools([WEATHER])
    question = HumanMessage("call get_weather for Paris and for Rome")

    asked = bound.invoke([question])
    results = [
        ToolMessage("21 degrees", tool_call_id=call["id"], name="get_weather")
        for call in asked.tool_calls
    ]
    answer = bound.invoke([question, asked, *results])

    assert answer.text
    for body in bodies_of(cassette):
        assert body["tools"] == [WEATHER]
    assert [step["type"] for step in bodies_of(cassette)[1]["input"]] == [
        "function_result"
    ] * len(asked.tool_calls)


def test_history_of_another_model_is_replayed_with_the_bypass_signature(
    model: ChatInteractions, cassette: Any
) -> None:
    call = {"name": "get_weather", "args": {"city": "Paris"}, "id": "call_1"}
    answer = model.bind_tools([WEATHER]).invoke(
        [
            HumanMessage("call get_weather for Paris"),
            AIMessage("", tool_calls=[call]),
            ToolMessage("21 degrees", tool_call_id="call_1", name="get_weather"),
        ]
    )

    assert answer.text
    assert [step["type"] for step in bodies_of(cassette)[0]["input"]] == [
        "user_input",
        "thought",
        "function_call",
        "function_result",
    ]

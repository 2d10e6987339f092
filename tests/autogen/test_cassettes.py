"""The exact requests that the model client sends, pinned in cassettes."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from autogen_core import FunctionCall
from autogen_core.models import (
    AssistantMessage,
    CreateResult,
    FunctionExecutionResult,
    FunctionExecutionResultMessage,
    SystemMessage,
)

from interactions_autogen import InteractionsChatCompletionClient
from tests.autogen.asking import WEATHER, Client, Person, said, user
from tests.recorded import CASSETTES, bodies_of, cassette_at, recorded_options

pytestmark = pytest.mark.anyio


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    with recorded_options() as options:
        async with InteractionsChatCompletionClient(**options) as made:
            yield made


@pytest.fixture
def cassette(request: pytest.FixtureRequest) -> Iterator[Any]:
    with cassette_at(CASSETTES / "autogen" / f"{request.node.name}.yaml") as playing:
        yield playing


def results_of(calls: list[FunctionCall]) -> FunctionExecutionResultMessage:
    return FunctionExecutionResultMessage(
        content=[
            FunctionExecutionResult(
                content="21 degrees", name=call.name, call_id=call.id, is_error=False
            )
            for call in calls
        ]
    )


async def test_text_is_one_user_input_step_and_the_system_text(
    client: Client, cassette: Any
) -> None:
    result = await client.create(
        [SystemMessage(content="Be kind."), user("My name is Ada.")]
    )

    assert result.content
    assert bodies_of(cassette) == [
        {
            "model": "gemini-3.5-flash",
            "system_instruction": "Be kind.",
            "input": [
                {
                    "type": "user_input",
                    "content": [{"type": "text", "text": "My name is Ada."}],
                }
            ],
        }
    ]


async def test_stream_differs_from_text_by_one_field(
    client: Client, cassette: Any
) -> None:
    pieces = [piece async for piece in client.create_stream([user("My name is Ada.")])]

    assert isinstance(pieces[-1], CreateResult)
    [body] = bodies_of(cassette)
    assert set(body) == {"model", "input", "stream"}
    assert body["stream"] is True


async def test_second_turn_sends_one_step_and_the_parent(
    client: Client, cassette: Any
) -> None:
    question = user("My name is Ada.")
    first = await client.create([question])
    await client.create([question, said(first), user("What is my name?")])

    _, sent = bodies_of(cassette)
    assert sent["previous_interaction_id"]
    assert [step["type"] for step in sent["input"]] == ["user_input"]


async def test_tool_turn_sends_results_and_declares_tools_again(
    client: Client, cassette: Any
) -> None:
    question = user("call get_weather for Paris and for Rome")

    asked = await client.create([question], tools=[WEATHER])
    assert isinstance(asked.content, list)
    told = [question, said(asked), results_of(asked.content)]
    answer = await client.create(told, tools=[WEATHER])

    assert isinstance(answer.content, str)
    first, second = bodies_of(cassette)
    assert first["tools"] == second["tools"]
    assert [step["type"] for step in second["input"]] == ["function_result"] * len(
        asked.content
    )


async def test_history_of_another_model_is_replayed_with_the_bypass_signature(
    client: Client, cassette: Any
) -> None:
    call = FunctionCall(id="call_1", name="get_weather", arguments='{"city": "Paris"}')
    answer = await client.create(
        [
            user("call get_weather for Paris"),
            AssistantMessage(content=[call], source="another"),
            results_of([call]),
        ],
        tools=[WEATHER],
    )

    assert answer.content
    assert [step["type"] for step in bodies_of(cassette)[0]["input"]] == [
        "user_input",
        "thought",
        "function_call",
        "function_result",
    ]


async def test_structured_output_is_a_response_format(
    client: Client, cassette: Any
) -> None:
    result = await client.create([user("I am Ada.")], json_output=Person)

    assert isinstance(result.content, str)
    assert Person.model_validate_json(result.content)
    [body] = bodies_of(cassette)
    assert body["response_format"]["mime_type"] == "application/json"
    assert body["response_format"]["schema"]["required"] == ["name"]

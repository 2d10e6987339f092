"""The real SDK, unmodified, against the emulator."""

from typing import Any

import pytest
from google import genai
from google.genai import _interactions as sdk_errors

from interactions_emulator import Emulator
from tests.emulator.results import result_of

FLASH = "gemini-2.5-flash"
GEMINI_3 = "gemini-3.7-flash"


def test_a_conversation_through_the_sdk(sdk: genai.Client) -> None:
    first = sdk.interactions.create(model=FLASH, input="My name is Ada.")
    second = sdk.interactions.create(
        model=FLASH, input="What is my name?", previous_interaction_id=first.id
    )

    assert second.status == "completed"
    assert second.output_text == "Your name is Ada."


def test_a_tool_loop_through_the_sdk(sdk: genai.Client, weather: Any) -> None:
    asked = sdk.interactions.create(
        model=GEMINI_3, input="What is the weather in Paris?", tools=[weather]
    )
    call = asked.steps[-1]
    result = result_of({"id": call.id, "name": call.name}, {"sky": "blue"})
    answered = sdk.interactions.create(
        model=GEMINI_3, input=[result], previous_interaction_id=asked.id
    )

    assert (asked.status, call.name, call.arguments) == (
        "requires_action",
        "get_weather",
        {"location": "Paris"},
    )
    assert "blue" in answered.output_text


def test_a_stateless_replay_through_the_sdk(sdk: genai.Client, weather: Any) -> None:
    user = {
        "type": "user_input",
        "content": [{"type": "text", "text": "Weather in Rome?"}],
    }
    asked = sdk.interactions.create(
        model=GEMINI_3, input=[user], store=False, tools=[weather]
    )
    held = [step.model_dump(exclude_none=True) for step in asked.steps]
    result = result_of(held[-1])
    answered = sdk.interactions.create(
        model=GEMINI_3, input=[user, *held, result], store=False
    )

    assert not asked.id
    assert "mild" in answered.output_text


def test_a_stream_through_the_sdk(sdk: genai.Client) -> None:
    stream = sdk.interactions.create(model=FLASH, input="Say hi. " * 40, stream=True)

    events = list(stream)

    kinds = [event.event_type for event in events]
    assert kinds[:2] == ["interaction.created", "interaction.status_update"]
    assert kinds[-1] == "interaction.completed"
    assert events[-1].interaction.usage.total_tokens > 0
    texts = [
        e.delta.text
        for e in events
        if getattr(e, "delta", None) and e.delta.type == "text"
    ]
    assert len(texts) > 1
    assert "".join(texts).count("Say hi.") >= 37


def test_get_and_delete_through_the_sdk(sdk: genai.Client) -> None:
    made = sdk.interactions.create(model=FLASH, input="Hi.")

    read = sdk.interactions.get(made.id, include_input=True)
    sdk.interactions.delete(made.id)

    assert [step.type for step in read.steps] == [
        "user_input",
        "thought",
        "model_output",
    ]
    with pytest.raises(sdk_errors.NotFoundError) as refused:
        sdk.interactions.get(made.id)
    assert refused.value.body["error"]["code"] == "not_found"


def test_a_refused_stream_raises_with_the_framed_body(sdk: genai.Client) -> None:
    """SDK: the body of such a 400 is the raw text."""
    history = [
        {"type": "user_input", "content": [{"type": "text", "text": "Hi."}]},
        {"type": "thought", "signature": "Z2FyYmFnZQ=="},
        {"type": "user_input", "content": [{"type": "text", "text": "Go on."}]},
    ]

    with pytest.raises(sdk_errors.BadRequestError) as refused:
        list(sdk.interactions.create(model=GEMINI_3, input=history, stream=True))

    assert "Corrupted thought signature." in refused.value.body


def test_automatic_continuation_joins_the_hops(
    sdk: genai.Client, emulator: Emulator
) -> None:
    emulator.script([{"reply": {"text": "one two three four", "hops": 2}}])

    made = sdk.interactions.create(model=FLASH, input="Count.")

    assert made.output_text == "one two three four"
    assert emulator.stats()["creates"] == 3


async def conversation(client: Any) -> tuple[str, list[str]]:
    first = await client.interactions.create(model=FLASH, input="My name is Ada.")
    stream = await client.interactions.create(
        model=FLASH,
        input="What is my name?",
        previous_interaction_id=first.id,
        stream=True,
    )
    return first.status, [event.event_type async for event in stream]


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_the_async_sdk_gets_the_same(emulator: Emulator) -> None:
    client = genai.Client(api_key="k", http_options={"base_url": emulator.url})
    try:
        status, kinds = await conversation(client.aio)
    finally:
        await client.aio.aclose()
        client.close()

    assert status == "completed"
    assert kinds[-1] == "interaction.completed"

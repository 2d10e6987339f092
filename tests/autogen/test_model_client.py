"""The model client through AutoGen's own surface, on the emulator."""

import asyncio
import json
import re
import threading
from typing import Any

import pytest
from autogen_agentchat.agents import AssistantAgent
from autogen_agentchat.messages import (
    MultiModalMessage,
    ThoughtEvent,
)
from autogen_agentchat.ui import Console
from autogen_core import FunctionCall, Image
from autogen_core.models import (
    CreateResult,
    RequestUsage,
    UserMessage,
)
from PIL import Image as Pictures

from interactions_core.exceptions import (
    EmptyTranscriptError,
    RateLimitError,
)
from interactions_emulator import Emulator
from tests.autogen.asking import (
    WEATHER,
    Client,
    Person,
    bodies,
    said,
    sent,
    user,
)
from tests.autogen.conftest import MakeClient
from tests.conftest import Clock

pytestmark = pytest.mark.anyio


async def whole(client: Client, *messages: Any, **call: Any) -> list[Any]:
    return [item async for item in client.create_stream(messages, **call)]


@pytest.mark.parametrize("question", ["My name is Ada.", "call get_weather for Oslo"])
async def test_stream_ends_with_the_result_that_create_gives(
    make_client: MakeClient, question: str
) -> None:
    one, other = make_client(), make_client()

    result = await one.create([user(question)], tools=[WEATHER])
    *pieces, last = await whole(other, user(question), tools=[WEATHER])

    assert "".join(pieces) == (
        result.content if isinstance(result.content, str) else ""
    )
    assert _without_ids(last) == _without_ids(result)
    assert other.actual_usage() == one.actual_usage() != RequestUsage(0, 0)


def _without_ids(result: CreateResult) -> CreateResult:
    if isinstance(result.content, list):
        calls = [FunctionCall("", c.arguments, c.name) for c in result.content]
        return result.model_copy(update={"content": calls})
    return result


async def test_picture_is_sent_once_and_recognised_by_its_pixels(
    client: Client, emulator: Emulator
) -> None:
    picture = Image(Pictures.new("RGBA", (3, 2), (255, 0, 0, 128)))
    agent = AssistantAgent("a", client)
    await agent.run(task=MultiModalMessage(content=["See:", picture], source="user"))
    state = json.loads(json.dumps(await agent.save_state()))
    again = AssistantAgent("a", client)
    await again.load_state(state)

    await again.run(task="What did I show you?")

    first, second = bodies(emulator)
    kinds = [block["type"] for block in first["input"][0]["content"]]
    assert kinds == ["text", "image"]
    assert [len(second["input"]), bool(second["previous_interaction_id"])] == [1, True]


async def test_picture_that_was_changed_in_place_is_another_picture(
    client: Client, emulator: Emulator
) -> None:
    picture = Image(Pictures.new("RGB", (1, 1), "red"))
    message = UserMessage(content=[picture], source="user")
    first = await client.create([message])

    picture.image.putpixel((0, 0), (0, 0, 255))
    await client.create([message, said(first), user("And now?")])

    assert "previous_interaction_id" not in sent(emulator)


async def test_thoughts_are_in_the_result_and_not_in_the_stream(
    make_client: MakeClient, emulator: Emulator
) -> None:
    emulator.script([{"reply": {"text": "Well.", "thought": "Let me see."}}])
    client = make_client(thinking_summaries="auto")
    agent = AssistantAgent("a", client)

    done = await agent.run(task="Hello")
    *pieces, result = await whole(client, user("Hello"))

    [thought] = [m for m in done.messages if isinstance(m, ThoughtEvent)]
    assert thought.content == result.thought == "Let me see."
    assert pieces == ["Well."] or "".join(pieces) == "Well."


async def test_reply_that_was_cut_says_so(client: Client, emulator: Emulator) -> None:
    emulator.script([{"reply": {"text": "Once upon", "status": "incomplete"}}])

    result = await client.create([user("A story")])

    assert (result.content, result.finish_reason) == ("Once upon", "length")


async def test_picture_in_a_reply_is_named_and_the_talk_goes_on(
    client: Client, emulator: Emulator
) -> None:
    emulator.script([{"reply": {"text": "Look:", "image": True}}])

    drawn = await client.create([user("Draw")])
    await client.create([user("Draw"), said(drawn), user("Again")])

    first, second = (row["interaction"] for row in emulator.requests())
    told = re.sub(r"\d+ bytes", "N bytes", drawn.content)
    assert told == (
        "Look:\n\n[Not shown here: image (image/png, N bytes); interaction "
        f"{first} holds them, and client.interactions.get({first!r}) of google-genai "
        "fetches them.]"
    )
    assert sent(emulator)["previous_interaction_id"] == first != second
    assert len(sent(emulator)["input"]) == 1


async def test_streamed_reply_with_a_picture_says_the_same(
    client: Client, emulator: Emulator
) -> None:
    emulator.script([{"reply": {"text": "Look:", "image": True}}])

    *pieces, result = [item async for item in client.create_stream([user("Draw")])]

    assert "".join(pieces) == result.content
    assert "image/png" in result.content


async def test_json_beside_a_picture_stays_json(
    client: Client, emulator: Emulator
) -> None:
    emulator.script([{"reply": {"text": '{"name": "Ada"}', "image": True}}])

    answer = await client.create([user("Who?")], json_output=Person)
    await client.create([user("Who?"), said(answer), user("Again")], json_output=Person)

    assert answer.content == '{"name": "Ada"}'
    assert len(sent(emulator)["input"]) == 1


async def test_usage_adds_up_over_calls(client: Client) -> None:
    first = await client.create([user("One")])
    second = await client.create([user("Two, and more words")])

    total = RequestUsage(
        first.usage.prompt_tokens + second.usage.prompt_tokens,
        first.usage.completion_tokens + second.usage.completion_tokens,
    )
    assert client.actual_usage() == client.total_usage() == total
    assert client.usage.total_tokens == total.prompt_tokens + total.completion_tokens


async def test_list_without_anything_to_say_is_refused(client: Client) -> None:
    with pytest.raises(EmptyTranscriptError):
        await client.create([])


async def test_agent_may_begin_without_a_task(
    client: Client, emulator: Emulator
) -> None:
    """AutoGen: `run()` without a task passes the system message alone."""
    await AssistantAgent("a", client, system_message="Greet.").run()

    assert sent(emulator)["system_instruction"] == "Greet."
    assert sent(emulator)["input"][0]["content"][0]["text"] == "Continue."


async def test_refusal_is_an_error_of_ours_with_its_status(
    make_client: MakeClient, emulator: Emulator
) -> None:
    emulator.fault(on="create", do={"status": 429})

    with pytest.raises(RateLimitError) as refused:
        await make_client(max_retries=0).create([user("Hi")])

    assert refused.value.status_code == 429


async def test_server_that_forgot_costs_one_replay(
    client: Client, emulator: Emulator, clock: Clock
) -> None:
    agent = AssistantAgent("a", client)
    await agent.run(task="My name is Ada.")
    emulator.advance(60 * 86_400)
    clock.advance(60 * 86_400)

    done = await agent.run(task="What is my name?")

    assert done.messages[-1].to_text() == "Your name is Ada."
    assert "previous_interaction_id" not in sent(emulator)


def test_one_object_serves_many_event_loops_at_once(
    client: Client, emulator: Emulator
) -> None:
    answers: dict[str, str] = {}

    async def talk(name: str) -> None:
        agent = AssistantAgent("a", client)
        await agent.run(task=f"My name is {name}.")
        done = await agent.run(task="What is my name?")
        answers[name] = done.messages[-1].to_text()

    names = ("Ada", "Bob", "Cleo", "Dan")
    threads = [threading.Thread(target=asyncio.run, args=(talk(n),)) for n in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == {name: f"Your name is {name}." for name in names}
    assert sum("previous_interaction_id" in body for body in bodies(emulator)) == 4


async def test_closed_client_opens_again(client: Client) -> None:
    async with client:
        await client.create([user("Hello")])

    assert (await client.create([user("Hello")])).content


async def test_console_shows_a_streaming_agent_and_its_tokens(
    client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    """AutoGen: `Console` adds up the usage of each message and prints the pieces."""
    agent = AssistantAgent("a", client, model_client_stream=True)

    await Console(agent.run_stream(task="My name is Ada."), output_stats=True)

    shown = capsys.readouterr().out
    assert "Understood. User turn 1: My name is Ada." in shown
    assert f"Total prompt tokens: {client.actual_usage().prompt_tokens}" in shown

"""What AutoGen's event log is told of each call."""

import json
from typing import Any

import pytest
from autogen_agentchat.agents import AssistantAgent
from autogen_agentchat.teams import RoundRobinGroupChat
from autogen_core.logging import LLMCallEvent, LLMStreamEndEvent, LLMStreamStartEvent
from autogen_core.models import UserMessage

from interactions_autogen import InteractionsChatCompletionClient
from interactions_core.exceptions import InvalidRequestError
from interactions_emulator import Emulator
from tests.autogen.event_log import EventLog

Client = InteractionsChatCompletionClient

pytestmark = pytest.mark.anyio

HELLO = [UserMessage(content="Hello", source="user")]


async def drained(client: Client) -> list[Any]:
    return [item async for item in client.create_stream(HELLO)]


async def test_call_event_has_ids_and_the_steps_that_were_sent(
    client: Client, log: EventLog
) -> None:
    agent = AssistantAgent("a", client)
    await agent.run(task="My name is Ada.")
    await agent.run(task="What is my name?")

    first, second = [event for event in log if isinstance(event, LLMCallEvent)]

    said = second.kwargs
    assert said["previous_interaction_id"] == first.kwargs["interaction_id"]
    assert (said["plan_reason"], said["status"]) == ("continue", "completed")
    assert said["model_name"] == "gemini-3.5-flash"
    [step] = said["messages"]
    assert step["content"][0]["text"] == "What is my name?"
    assert said["response"]["steps"][-1]["content"][0]["text"] == "Your name is Ada."
    assert second.prompt_tokens + second.completion_tokens > 0
    assert json.loads(str(second))["type"] == "LLMCall"


async def test_call_event_names_the_agent_of_a_team(
    client: Client, log: EventLog
) -> None:
    team = RoundRobinGroupChat([AssistantAgent("writer", client)], max_turns=1)

    await team.run(task="Hello")

    [event] = [event for event in log if isinstance(event, LLMCallEvent)]
    assert event.kwargs["agent_id"].startswith("writer_")


async def test_stream_is_reported_at_its_beginning_and_its_end(
    client: Client, log: EventLog
) -> None:
    await drained(client)

    start, end = log
    assert isinstance(start, LLMStreamStartEvent)
    assert isinstance(end, LLMStreamEndEvent)
    assert start.kwargs["messages"] == end.kwargs["sent"]
    assert end.kwargs["interaction_id"].startswith("v1_")
    assert json.loads(str(end))["completion_tokens"] == end.completion_tokens


async def test_nothing_is_reported_of_a_call_that_failed(
    client: Client, emulator: Emulator, log: EventLog
) -> None:
    emulator.fault(on="create", do={"status": 400, "message": "No."})

    with pytest.raises(InvalidRequestError):
        await client.create(HELLO)

    assert log == []

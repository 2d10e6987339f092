"""Every kind of team ends by its own condition on an emulator that has no script."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from autogen_agentchat.agents import AssistantAgent, SocietyOfMindAgent
from autogen_agentchat.conditions import HandoffTermination, TextMentionTermination
from autogen_agentchat.teams import (
    DiGraphBuilder,
    GraphFlow,
    MagenticOneGroupChat,
    RoundRobinGroupChat,
    SelectorGroupChat,
    Swarm,
)
from pydantic import BaseModel

from interactions_autogen import InteractionsChatCompletionClient
from interactions_emulator import Emulator

pytestmark = pytest.mark.anyio

QUESTION = "What is the weather in Rome?"
WRITE = "Write a line about Rome."
CRITIC = "Give feedback. Respond with 'APPROVE' when your feedback is addressed."


class Report(BaseModel):
    """What an agent hands on."""

    title: str
    score: int


def get_weather(city: str) -> str:
    """Tell the weather of a city."""
    return f"{city}: 21C, sunny"


def round_robin(client: Any) -> tuple[Any, str, int]:
    writer = AssistantAgent("writer", client, system_message="You write.")
    critic = AssistantAgent("critic", client, system_message=CRITIC)
    end = TextMentionTermination("APPROVE")
    return RoundRobinGroupChat([writer, critic], termination_condition=end), WRITE, 2


def default_prompts_and_a_tool(client: Any) -> tuple[Any, str, int]:
    agents: list[Any] = [
        AssistantAgent("ann", client, tools=[get_weather]),
        AssistantAgent("bob", client),
    ]
    end = TextMentionTermination("TERMINATE")
    return RoundRobinGroupChat(agents, termination_condition=end), QUESTION, 2


def selector(client: Any) -> tuple[Any, str, int]:
    plan = 'You plan. After all tasks are complete, end with "TERMINATE".'
    agents: list[Any] = [
        AssistantAgent("planner", client, description="Plans.", system_message=plan),
        AssistantAgent(
            "searcher", client, tools=[get_weather], system_message="You search."
        ),
        AssistantAgent("writer", client, system_message="You write."),
    ]
    end = TextMentionTermination("TERMINATE")
    return SelectorGroupChat(agents, client, termination_condition=end), QUESTION, 3


def swarm(client: Any) -> tuple[Any, str, int]:
    travel = "You plan travels. Use TERMINATE when the planning is complete."
    refund = "You refund flights. When it is complete, hand off to the travel agent."
    agents: list[Any] = [
        AssistantAgent(
            "travel_agent", client, handoffs=["refunder"], system_message=travel
        ),
        AssistantAgent(
            "refunder", client, handoffs=["travel_agent"], system_message=refund
        ),
    ]
    end = TextMentionTermination("TERMINATE") | HandoffTermination("user")
    return Swarm(agents, termination_condition=end), "Send the refunder my flight.", 2


def magentic_one(client: Any) -> tuple[Any, str, int]:
    agents: list[Any] = [
        AssistantAgent("coder", client, description="Writes code."),
        AssistantAgent(
            "guide", client, description="Knows towns.", tools=[get_weather]
        ),
    ]
    # The orchestrator is a third that calls.
    return MagenticOneGroupChat(agents, client), QUESTION, 3


def graph(client: Any) -> tuple[Any, str, int]:
    names = ("writer", "grammarian", "stylist", "editor")
    writer, *middle, editor = [
        AssistantAgent(name, client, system_message=f"You are the {name}.")
        for name in names
    ]
    builder = DiGraphBuilder()
    for one in (writer, *middle, editor):
        builder.add_node(one)
    for one in middle:
        builder.add_edge(writer, one)
        builder.add_edge(one, editor)
    return GraphFlow(builder.get_participants(), builder.build()), WRITE, 4


def society_of_mind(client: Any) -> tuple[Any, str, int]:
    inner, _, _ = round_robin(client)
    mind = SocietyOfMindAgent("mind", inner, client)
    speaker = AssistantAgent("speaker", client, system_message="You translate.")
    return RoundRobinGroupChat([mind, speaker], max_turns=2), WRITE, 4


def single_with_a_tool(client: Any) -> tuple[Any, str, int]:
    agent = AssistantAgent("a", client, tools=[get_weather], max_tool_iterations=9)
    return agent, QUESTION, 1


def single_with_json(client: Any) -> tuple[Any, str, int]:
    return AssistantAgent("a", client, output_content_type=Report), WRITE, 1


def single_with_both(client: Any) -> tuple[Any, str, int]:
    agent = AssistantAgent(
        "a",
        client,
        tools=[get_weather],
        output_content_type=Report,
        reflect_on_tool_use=True,
    )
    return agent, QUESTION, 1


@pytest.mark.parametrize(
    "build",
    [
        round_robin,
        default_prompts_and_a_tool,
        selector,
        swarm,
        magentic_one,
        graph,
        society_of_mind,
        single_with_a_tool,
        single_with_json,
        single_with_both,
    ],
)
async def test_a_team_ends_within_two_calls_for_each_agent_and_two_more(
    client: InteractionsChatCompletionClient,
    emulator: Emulator,
    build: Callable[[Any], tuple[Any, str, int]],
) -> None:
    team, task, agents = build(client)

    result = await team.run(task=task)

    assert result.messages[-1].to_text().strip()
    assert emulator.stats()["creates"] <= 2 * agents + 2
    assert repeated_calls(emulator) == []


def repeated_calls(emulator: Emulator) -> list[tuple[str, str]]:
    """Return the calls that stand twice in a transcript."""
    made = (seen["interaction"] for seen in emulator.requests())
    return [
        call
        for transcript in map(emulator.transcript, filter(None, made))
        for call, count in Counter(
            (step["name"], json.dumps(step["arguments"], sort_keys=True))
            for step in transcript
            if step["type"] == "function_call"
        ).items()
        if count > 1
    ]

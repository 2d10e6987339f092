"""AutoGen: a talk with a tool and a stream, a managed agent, and a killed run."""

import asyncio

from autogen_agentchat.agents import AssistantAgent

from interactions_autogen import InteractionsAgent, InteractionsChatCompletionClient
from tests.phoenix.programs.setting import (
    MODEL,
    RESEARCHER,
    Setting,
    get_weather,
    traced,
)


async def talk(setting: Setting) -> None:
    client = InteractionsChatCompletionClient(
        model=MODEL, session_id="team-talk", **setting.place
    )
    agent = AssistantAgent(
        "helper",
        client,
        tools=[get_weather],
        reflect_on_tool_use=True,
        model_client_stream=True,
    )
    await agent.run(task="My name is Ada.")
    await agent.run(task="Call get_weather for Paris.")
    await client.close()


async def research(setting: Setting) -> None:
    agent = InteractionsAgent(
        "researcher",
        agent=RESEARCHER,
        session_id=f"team-{setting.scene}",
        poll=(0.2, 0.5),
        **setting.place,
    )
    await agent.run(task="The history of TPUs")
    await agent.close()


if __name__ == "__main__":
    with traced() as here:
        asyncio.run(talk(here) if here.scene == "talk" else research(here))

"""Who asked is kept beside each answer, as AutoGen calls them."""

import asyncio

from autogen_agentchat.agents import AssistantAgent
from autogen_agentchat.teams import RoundRobinGroupChat

from interactions_autogen import InteractionsChatCompletionClient
from interactions_core import open_store
from interactions_core.records.labels import Label
from interactions_emulator import Emulator


def test_the_agents_of_a_team_are_named_in_the_store(emulator: Emulator) -> None:
    client = InteractionsChatCompletionClient(
        model="gemini-3.5-flash",
        base_url=emulator.url,
        api_key="k",
        sessions="memory:labels of autogen",
    )
    agents = [AssistantAgent(name, client) for name in ("writer", "critic")]

    async def run() -> None:
        await RoundRobinGroupChat(agents, max_turns=2).run(task="Write a line.")
        await client.close()

    asyncio.run(run())

    store = open_store("memory:labels of autogen")
    found = store.list_conversations().found
    assert {each.label for each in found} == {
        Label(framework="autogen", name="writer"),
        Label(framework="autogen", name="critic"),
    }

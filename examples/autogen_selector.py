"""A selector's team ends by its own condition on the emulator, without a script.

Whoever chooses the speakers asks the same model. Without `base_url` and `api_key` it
runs on the real API with GEMINI_API_KEY.
"""

import asyncio

from autogen_agentchat.agents import AssistantAgent
from autogen_agentchat.conditions import TextMentionTermination
from autogen_agentchat.teams import SelectorGroupChat

from interactions_autogen import InteractionsChatCompletionClient
from interactions_emulator import Emulator

PLAN = 'You plan. When the question is answered, end with "TERMINATE".'


def get_weather(city: str) -> str:
    """Tell the weather of a city."""
    return f"{city}: 21 degrees, sunny"


async def run_team(client):
    planner = AssistantAgent("planner", client, system_message=PLAN)
    searcher = AssistantAgent("searcher", client, tools=[get_weather])
    team = SelectorGroupChat(
        [planner, searcher],
        model_client=client,
        termination_condition=TextMentionTermination("TERMINATE"),
    )
    result = await team.run(task="What is the weather in Rome?")
    await client.close()
    return result


def main():
    with Emulator() as server:
        client = InteractionsChatCompletionClient(
            model="gemini-3.8-flash", base_url=server.url, api_key="any"
        )
        result = asyncio.run(run_team(client))
        speakers = [message.source for message in result.messages]
        print(list(dict.fromkeys(speakers)), result.stop_reason)

        said = [message.to_text() for message in result.messages]
        assert "Rome: 21 degrees, sunny" in said
        assert server.stats()["creates"] <= 2 * 2 + 2


if __name__ == "__main__":
    main()

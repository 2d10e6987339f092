"""AutoGen's first team runs on server-side sessions; two of its lines changed.

A poet and a critic take turns until the critic approves. Runs on the emulator as it is;
without `base_url` and `api_key` it runs on the real API with GEMINI_API_KEY.
"""

import asyncio

from autogen_agentchat.agents import AssistantAgent
from autogen_agentchat.conditions import TextMentionTermination
from autogen_agentchat.teams import RoundRobinGroupChat

from interactions_autogen import InteractionsChatCompletionClient
from interactions_emulator import Emulator

SCRIPT = [
    {
        "when": {"system_contains": "poet"},
        "sequence": [{"text": "Leaves fall."}, {"text": "Red leaves fall slowly."}],
    },
    {
        "when": {"system_contains": "critic"},
        "sequence": [{"text": "Name a colour."}, {"text": "APPROVE"}],
    },
]


async def run_team(model_client):
    poet = AssistantAgent("poet", model_client, system_message="You are a poet.")
    critic = AssistantAgent(
        "critic",
        model_client,
        system_message="You are a critic. Say APPROVE when nothing is missing.",
    )
    team = RoundRobinGroupChat(
        [poet, critic], termination_condition=TextMentionTermination("APPROVE")
    )
    result = await team.run(task="Write a line about autumn.")
    await model_client.close()
    return [f"{message.source}: {message.to_text()}" for message in result.messages]


def main():
    with Emulator(script=SCRIPT) as server:
        model_client = InteractionsChatCompletionClient(
            model="gemini-3.8-flash", base_url=server.url, api_key="any"
        )
        said = asyncio.run(run_team(model_client))
        print("\n".join(said[1:]))

        bodies = [request["body"] for request in server.requests()]
        chained = [bool(body.get("previous_interaction_id")) for body in bodies]
        assert said[-1] == "critic: APPROVE"
        assert chained == [False, False, True, True]
        assert len(bodies[-1]["input"]) == 1


if __name__ == "__main__":
    main()

"""A swarm hands over to a person, is saved, and goes on with the same sessions.

Runs on the emulator as it is; with `place = (None, None, ...)` it runs on the real API
with GEMINI_API_KEY, where the model decides when to hand over.
"""

import asyncio
import tempfile
from pathlib import Path

from autogen_agentchat.agents import AssistantAgent
from autogen_agentchat.conditions import HandoffTermination, TextMentionTermination
from autogen_agentchat.messages import HandoffMessage
from autogen_agentchat.teams import Swarm

from interactions_autogen import InteractionsChatCompletionClient
from interactions_emulator import Emulator

SCRIPT = [
    {"calls": [{"name": "transfer_to_user", "arguments": {}}]},
    {"text": "The order is on its way to Ada. DONE"},
]


async def talk(task, state, url, key, sessions):
    client = InteractionsChatCompletionClient(
        model="gemini-3.8-flash", base_url=url, api_key=key, sessions=sessions
    )
    clerk = AssistantAgent(
        "clerk",
        client,
        handoffs=["user"],
        system_message="Ask the user for a name, send the order, then say DONE.",
    )
    stop = HandoffTermination("user") | TextMentionTermination("DONE")
    team = Swarm([clerk], termination_condition=stop)
    if state:
        await team.load_state(state)
    result = await team.run(task=task)
    await client.close()
    return await team.save_state(), result.messages[-1].to_text()


def main():
    rules = [{"sequence": SCRIPT}]
    with Emulator(script=rules) as server, tempfile.TemporaryDirectory() as folder:
        place = (server.url, "any", f"sqlite:///{Path(folder) / 'sessions.db'}")
        state, _ = asyncio.run(talk("Send me a lamp.", None, *place))
        name = HandoffMessage(source="user", target="clerk", content="I am Ada.")
        _, said = asyncio.run(talk(name, state, *place))
        print(said)

        first, second = [request["body"] for request in server.requests()]
        assert "Ada" in said
        assert "previous_interaction_id" not in first
        assert second["previous_interaction_id"]


if __name__ == "__main__":
    main()

"""One run of a saved team, in a process of its own: `url sessions state task`."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from autogen_agentchat.agents import AssistantAgent
from autogen_agentchat.messages import MultiModalMessage
from autogen_agentchat.teams import RoundRobinGroupChat
from autogen_core import Image
from PIL import Image as Pictures

from interactions_autogen import InteractionsChatCompletionClient
from tests.autogen.teams import get_weather


async def talk(url: str, sessions: str, saved: str, task: str) -> str:
    """Run the team for one task; return its state after it."""
    client = InteractionsChatCompletionClient(
        model="gemini-3.5-flash", base_url=url, api_key="k", sessions=sessions
    )
    agents: list[Any] = [
        AssistantAgent("writer", client, tools=[get_weather]),
        AssistantAgent("critic", client),
    ]
    team = RoundRobinGroupChat(agents, max_turns=2)
    said: Any = task
    if saved:
        await team.load_state(json.loads(saved))
    else:
        picture = Image(Pictures.new("RGBA", (5, 4), (9, 8, 7, 128)))
        said = MultiModalMessage(content=[task, picture], source="user")
    await team.run(task=said)
    await client.close()
    return json.dumps(await team.save_state())


if __name__ == "__main__":
    _, url, sessions, state, task = sys.argv
    file = Path(state)
    saved = file.read_text() if file.exists() else ""
    file.write_text(asyncio.run(talk(url, sessions, saved, task)))

"""Make the first calls of a process; print what they did in the loop's thread."""

import asyncio
import base64
import sys
from typing import Any

from crewai.events import crewai_event_bus

from interactions_crewai import InteractionsAgentTool, InteractionsLLM
from interactions_emulator import Emulator
from tests.loop_watch import LoopWatch, WatchedText


async def main(url: str, sessions: str) -> str:
    watch = LoopWatch()
    picture = WatchedText(base64.b64encode(b"picture").decode())
    picture.watch = watch
    inline = {"inlineData": {"mimeType": "image/png", "data": picture}}
    messages = [{"role": "user", "content": [{"text": "What is it?"}, inline]}]
    options: dict[str, Any] = {"api_key": "key", "base_url": url, "sessions": sessions}
    with watch:
        llm = InteractionsLLM(model="gemini-3.5-flash", **options)
        await llm.acall(messages)
        llm.stream = True
        await llm.acall(messages, available_functions={"none": print})
        await llm.aclose()
        agent = "deep-research-preview-04-2026"
        tool = InteractionsAgentTool(agent=agent, poll=(0.01, 0.01), **options)
        await tool.arun(query="hello")
        await tool.aclose()
    return watch.told()


if __name__ == "__main__":
    # Without the panels that CrewAI prints.
    with Emulator(job_s=0.01) as emulator, crewai_event_bus.scoped_handlers():
        sys.stdout.write(asyncio.run(main(emulator.url, sys.argv[1])))

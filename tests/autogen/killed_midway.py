"""An agent in a process of its own: python -m tests.autogen.killed_midway URL DB STATE.

Saves its state in the middle of a turn, says the answer, and is killed before it could
save again. With a state at hand it goes on with the turn instead.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autogen_agentchat.base import TaskResult

from interactions_autogen import InteractionsAgent


def made(url: str, sessions: str) -> InteractionsAgent:
    return InteractionsAgent(
        "researcher",
        agent="deep-research-preview-04-2026",
        base_url=url,
        api_key="k",
        poll=(0.05, 0.2),
        sessions=sessions,
    )


async def begin(agent: InteractionsAgent, state: Path) -> str:
    """Save at the first event of a turn, and wait for its end."""
    answer = ""
    async for item in agent.run_stream(task="TPUs"):
        # The first item is the task itself.
        saved = await agent.save_state()
        if saved["begun"]:
            save(state, saved)
        elif isinstance(item, TaskResult):
            answer = item.messages[-1].to_text()
    return answer


def save(state: Path, saved: Mapping[str, Any]) -> None:
    if not state.exists():
        state.write_text(json.dumps(saved))


async def go_on(agent: InteractionsAgent, saved: Mapping[str, Any]) -> str:
    """Load a state and go on with its turn."""
    await agent.load_state(saved)
    answer = (await agent.run()).messages[-1].to_text()
    await agent.close()
    return answer


def main(url: str, sessions: str, state: Path) -> None:
    """Begin a turn, or go on with one."""
    agent = made(url, sessions)
    if state.exists():
        sys.stdout.write(asyncio.run(go_on(agent, json.loads(state.read_text()))))
        return
    with asyncio.Runner() as loop:
        sys.stdout.write(loop.run(begin(agent, state)))
        sys.stdout.flush()
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))

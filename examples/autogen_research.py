"""A researcher in a team shows its plan, is killed at work, and is paid once.

Runs on the emulator as it is. On the real API it takes some minutes.
"""

import asyncio
import multiprocessing
import tempfile

from autogen_agentchat.conditions import HandoffTermination
from autogen_agentchat.messages import BaseAgentEvent, HandoffMessage
from autogen_agentchat.teams import Swarm

from interactions_autogen import InteractionsAgent
from interactions_core import PlanDecision
from interactions_emulator import Emulator

SUMMARIES = {"type": "deep-research", "thinking_summaries": "auto"}
PLANS = {**SUMMARIES, "collaborative_planning": True}
OPTIONS = {"agent": "deep-research-preview-04-2026", "agent_config": PLANS}
GO = {"content": "Begin.", "metadata": PlanDecision(approved=True).to_metadata()}
APPROVAL = HandoffMessage(source="user", target="researcher", **GO)


async def turn(options, task, state=None, seen=None):
    researcher = InteractionsAgent("researcher", **options)
    stop = HandoffTermination("user")
    team = Swarm([researcher], termination_condition=stop, max_turns=1)
    if state:
        await team.load_state(state)
    async for said in team.run_stream(task=task):
        if seen and isinstance(said, BaseAgentEvent):
            seen.set()
            await asyncio.Event().wait()  # until somebody ends this process
    return await team.save_state(), said.messages[-1].content.splitlines()[0]


def run(*arguments):
    return asyncio.run(turn(*arguments))


def main():
    spawn = multiprocessing.get_context("spawn")
    with Emulator(job_s=1.0) as server, tempfile.TemporaryDirectory() as folder:
        where = {"base_url": server.url, "sessions": f"sqlite:///{folder}/s.db"}
        options = {**OPTIONS, **where, "api_key": "any"}
        state, plan = run(options, "Research the history of TPUs.")
        seen = spawn.Event()
        process = spawn.Process(target=run, args=(options, APPROVAL, state, seen))
        process.start()
        seen.wait()
        process.kill()
        process.join()
        _, report = run(options, APPROVAL, state)
        print(plan, report, sep="\n")
        assert server.stats()["creates"] == 2


if __name__ == "__main__":
    main()

"""A crew is killed while it researches; the same crew finds the research going on.

Needs no key: it runs on the emulator.
"""

import os
import subprocess
import sys
import tempfile
import time

os.environ["CREWAI_DISABLE_TELEMETRY"] = "true"
os.environ["CREWAI_TRACING_ENABLED"] = "false"

from crewai import Agent, Crew, Task

from interactions_crewai import InteractionsAgentTool, InteractionsLLM
from interactions_emulator import Emulator

USE = {"calls": [{"name": "deep_research", "arguments": {"query": "Trains"}}]}
SCRIPT = [
    {
        "when": {"system_contains": "Analyst"},
        "sequence": [USE, {"text": "Some are fast."}],
    }
]


def run(url, folder):
    place = {"base_url": url, "api_key": "any"}
    place["sessions"] = f"sqlite:///{folder}/sessions.db"
    llm = InteractionsLLM(model="gemini-3.8-flash", **place)
    tool = InteractionsAgentTool(agent="deep-research-preview-04-2026", **place)
    analyst = Agent(role="Analyst", goal="Know", backstory="B", llm=llm, tools=[tool])
    task = Task(description="Research trains", expected_output="Text", agent=analyst)
    print(Crew(agents=[analyst], tasks=[task]).kickoff().raw)


def runs(server):
    return [r["body"] for r in server.requests() if "agent" in (r["body"] or {})]


def main():
    with (
        Emulator(script=SCRIPT, job_s=5) as server,
        tempfile.TemporaryDirectory() as folder,
    ):
        command = [sys.executable, __file__, server.url, folder]
        with subprocess.Popen(command) as first:
            while not runs(server):
                time.sleep(0.1)
            time.sleep(1)
            first.kill()
        subprocess.run(command, check=True)

        assert len(runs(server)) == 1


if __name__ == "__main__":
    run(*sys.argv[1:]) if sys.argv[1:] else main()

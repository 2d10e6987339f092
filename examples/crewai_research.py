"""A crew is killed after its research; another process asks about what was found.

It continues the research on the server and does not begin it again.
"""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ["CREWAI_DISABLE_TELEMETRY"] = os.environ["OTEL_SDK_DISABLED"] = "true"
os.environ["CREWAI_TRACING_ENABLED"] = "false"

from crewai import Agent, CheckpointConfig, Crew, Task
from crewai.events import crewai_event_bus

from interactions_crewai import InteractionsAgentTool, InteractionsLLM
from interactions_emulator import Emulator


def using(**arguments):
    return {"calls": [{"name": "deep_research", "arguments": arguments}]}


FIRST = [using(query="Trains"), {"text": "Some are fast."}]
SECOND = [using(query="Which?", follow_up_of=1), {"text": "The red ones."}]
SCRIPT = [{"when": {"system_contains": "Analyst"}, "sequence": FIRST + SECOND}]


def research(url, folder):
    place = {"base_url": url, "sessions": f"sqlite:///{folder}/sessions.db"}
    llm = InteractionsLLM(model="gemini-3.5-flash", **place)
    tool = InteractionsAgentTool(agent="deep-research-preview-04-2026", **place)
    analyst = Agent(role="Analyst", goal="Know", backstory="B", llm=llm, tools=[tool])
    task = Task(description="Research trains", expected_output="Text", agent=analyst)
    saving = CheckpointConfig(location=folder, on_events=["crew_kickoff_completed"])
    Crew(agents=[analyst], tasks=[task], checkpoint=saving).kickoff()
    crewai_event_bus.flush()
    os.kill(os.getpid(), signal.SIGKILL)


def go_on(saved):
    crew = Crew.from_checkpoint(CheckpointConfig(restore_from=saved))
    print(crew.agents[0].kickoff("Which?").raw)


def main():
    with Emulator(script=SCRIPT) as server, tempfile.TemporaryDirectory() as folder:
        os.environ["GEMINI_API_KEY"] = "any"
        subprocess.run([sys.executable, __file__, server.url, folder], check=False)
        go_on(next(Path(folder).rglob("*.json")))

        found, asked = (r for r in server.requests() if "agent" in (r["body"] or {}))
        assert asked["body"]["previous_interaction_id"] == found["interaction"]


if __name__ == "__main__":
    research(*sys.argv[1:]) if sys.argv[1:] else main()

"""CrewAI's first crew runs on server-side sessions; two of its lines changed.

Runs on the emulator as it is; without `place` on the real API.
"""

import os

os.environ["CREWAI_DISABLE_TELEMETRY"] = "true"
os.environ["CREWAI_TRACING_ENABLED"] = "false"

from crewai import Agent, Crew, Task
from crewai.tools import tool

from interactions_crewai import InteractionsLLM
from interactions_emulator import Emulator

SCRIPT = [
    {
        "when": {"system_contains": "Researcher"},
        "sequence": [
            {"calls": [{"name": "search", "arguments": {"query": "AI agents"}}]},
            {"text": "Agents keep state."},
        ],
    },
    {"when": {"system_contains": "Reporter"}, "reply": {"text": "# AI agents"}},
]


@tool("search")
def search(query: str) -> str:
    """Search the web."""
    return f"Results for {query}"


def run_crew(llm):
    known = {"goal": "Inform", "backstory": "Curious", "llm": llm}
    researcher = Agent(role="Researcher", tools=[search], **known)
    agents = [researcher, Agent(role="Reporter", **known)]
    tasks = [
        Task(description=what, expected_output="Text", agent=agent)
        for what, agent in zip(["Research AI agents", "Report"], agents, strict=True)
    ]
    return Crew(agents=agents, tasks=tasks).kickoff()


def main():
    with Emulator(script=SCRIPT) as server:
        place = {"base_url": server.url, "api_key": "any"}
        llm = InteractionsLLM(model="gemini-3.8-flash", **place)
        print(run_crew(llm).raw)

        bodies = [request["body"] for request in server.requests()]
        chained = [bool(body.get("previous_interaction_id")) for body in bodies]
        assert chained == [False, True, False]
        assert [step["type"] for step in bodies[1]["input"]] == ["function_result"]


if __name__ == "__main__":
    main()

"""A manager delegates twice, and each of its calls sends only what is new to it.

Runs on the emulator as it is; without `base_url`, `api_key` and the script it runs on
the real API with GEMINI_API_KEY.
"""

import os

os.environ["CREWAI_DISABLE_TELEMETRY"] = "true"
os.environ["CREWAI_TRACING_ENABLED"] = "false"

from crewai import Agent, Crew, Process, Task

from interactions_crewai import InteractionsLLM
from interactions_emulator import Emulator


def delegated(coworker):
    arguments = {"task": "Say what you know", "context": "Rome", "coworker": coworker}
    return {"calls": [{"name": "delegate_work_to_coworker", "arguments": arguments}]}


SCRIPT = [
    {
        "when": {"system_contains": "Crew Manager"},
        "sequence": [
            delegated("Geographer"),
            delegated("Historian"),
            {"text": "Rome is warm, and old."},
        ],
    },
    {"when": {"system_contains": "Geographer"}, "reply": {"text": "It is warm."}},
    {"when": {"system_contains": "Historian"}, "reply": {"text": "It is old."}},
]


def main():
    with Emulator(script=SCRIPT) as server:
        llm = InteractionsLLM(
            model="gemini-3.8-flash", base_url=server.url, api_key="any"
        )
        crew = Crew(
            agents=[
                Agent(role=role, goal="Help", backstory="Knows much", llm=llm)
                for role in ("Geographer", "Historian")
            ],
            tasks=[Task(description="Describe Rome.", expected_output="A sentence")],
            process=Process.hierarchical,
            manager_llm=llm,
        )
        print(crew.kickoff().raw)

        bodies = [request["body"] for request in server.requests()]
        manager = [b for b in bodies if "Crew Manager" in b["system_instruction"]]
        assert [len(body["input"]) for body in manager] == [1, 1, 1]
        assert [b for b in bodies if "previous_interaction_id" in b] == manager[1:]


if __name__ == "__main__":
    main()

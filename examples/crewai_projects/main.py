"""Projects in YAML and in JSON get an `InteractionsLLM` by a name in their files.

Runs on the emulator as it is; without it, and with a key, on the real API.
"""

import os
from pathlib import Path

os.environ["CREWAI_DISABLE_TELEMETRY"] = "true"
os.environ["CREWAI_TRACING_ENABLED"] = "false"

from crewai.project import load_crew
from yaml_crew import Towns

from interactions_crewai import InteractionsLLM
from interactions_emulator import Emulator

SCRIPT = [{"reply": {"text": "Rome is old."}}]


def main():
    with Emulator(script=SCRIPT) as server:
        os.environ["GOOGLE_GEMINI_BASE_URL"] = server.url
        os.environ["GEMINI_API_KEY"] = "any"
        by_json, _ = load_crew(Path(__file__).with_name("crew.jsonc"))
        crews = {"YAML": Towns().crew(), "JSON": by_json}
        for name, crew in crews.items():
            print(name, crew.kickoff(inputs={"town": "Rome"}).raw)

        for crew in crews.values():
            assert all(type(agent.llm) is InteractionsLLM for agent in crew.agents)
        assert len(server.requests()) == len(crews)


if __name__ == "__main__":
    main()

"""CrewAI: a talk with a tool and a stream, a managed agent, and a killed run."""

import os
import tempfile
from typing import Any

# Its own telemetry is off; `OTEL_SDK_DISABLED` would take the spans of all others too.
os.environ.update(
    CREWAI_DISABLE_TELEMETRY="true",
    CREWAI_TRACING_ENABLED="false",
    CREWAI_DISABLE_VERSION_CHECK="true",
    CREWAI_STORAGE_DIR=tempfile.mkdtemp(prefix="crewai-"),
    XDG_DATA_HOME=tempfile.mkdtemp(prefix="crewai-"),
)

from crewai import Agent, Crew, Task
from crewai.tools import tool

from interactions_crewai import InteractionsAgentTool, InteractionsLLM
from tests.phoenix.programs import setting as told
from tests.phoenix.programs.setting import MODEL, RESEARCHER, Setting, traced

get_weather = tool("get_weather")(told.get_weather)


def talk(setting: Setting) -> None:
    llm = InteractionsLLM(
        model=MODEL, stream=True, session_id="crew-talk", **setting.place
    )
    _crew(llm, get_weather, "Call get_weather for Paris.").kickoff()


def research(setting: Setting) -> None:
    session = {"session_id": f"crew-{setting.scene}", **setting.place}
    agent = InteractionsAgentTool(agent=RESEARCHER, poll=(0.2, 0.5), **session)
    llm = InteractionsLLM(model=MODEL, **session)
    _crew(llm, agent, "Call deep_research for trains.").kickoff()


def _crew(llm: InteractionsLLM, used: Any, task: str) -> Crew:
    analyst = Agent(role="Analyst", goal="Know", backstory="B", llm=llm, tools=[used])
    asked = Task(description=task, expected_output="Text", agent=analyst)
    return Crew(agents=[analyst], tasks=[asked])


if __name__ == "__main__":
    with traced() as here:
        talk(here) if here.scene == "talk" else research(here)

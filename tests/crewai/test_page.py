"""What CrewAI asked, as a server of the page tells it."""

from pathlib import Path
from typing import Any

import pytest
from crewai import Agent, Crew, Task
from crewai.tools import tool

from interactions_crewai import InteractionsLLM
from interactions_emulator import Emulator
from tests.page.serving import Visitor, serve

RESEARCH = "deep-research-preview-04-2026"

# CrewAI warns of its own agents.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@tool("get_weather")
def get_weather(city: str) -> str:
    """Tell the weather of a city."""
    return f"{city}: 21 degrees"


def crew(role: str, description: str, llm: InteractionsLLM, *tools: Any) -> Crew:
    worker = Agent(
        role=role, goal="Help", backstory="Knows towns", llm=llm, tools=[*tools]
    )
    task = Task(description=description, expected_output="text", agent=worker)
    return Crew(agents=[worker], tasks=[task])


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """A store of a tool, an agent in the background and a failure."""
    url = f"sqlite:///{tmp_path}/state.db"
    with Emulator(job_s=0.01) as emulator:
        whole = {"base_url": emulator.url, "api_key": "k", "sessions": url}
        llm = InteractionsLLM(model="gemini-3.5-flash", **whole)
        asked = "The weather in Rome by get_weather"
        crew("Porter", asked, llm, get_weather).kickoff()
        agent = InteractionsLLM(agent=RESEARCH, poll=(0.01, 0.02), **whole)
        crew("Analyst", "Trains in Italy", agent).kickoff()
        emulator.script([{"reply": {"status": "failed", "text": "half"}}])
        with pytest.raises(Exception, match="ended as 'failed'"):
            llm.call([{"role": "user", "content": "Fail, please."}])
        for each in (llm, agent):
            each.close()
    return tmp_path


def test_crews_are_named_with_their_tools_jobs_and_failures(recorded: Path) -> None:
    for server in serve(recorded):
        visitor = Visitor(server)
        threads = visitor.json("/api/threads")["threads"]
        told = {each["label"][1]: each for each in threads}
        assert {each["label"][0] for each in threads} == {"crewai"}
        assert told.keys() == {"Porter", "Analyst", ""}
        by_name = {
            name: (
                visitor.json(f"/api/threads/{each['id']}"),
                visitor.get(f"/api/threads/{each['id']}/steps").text,
            )
            for name, each in told.items()
        }
    turns, said = by_name["Porter"]
    assert len(turns["turns"]) >= 2
    assert {turn["who"] for turn in turns["turns"]} == {"Porter"}
    assert "get_weather" in said
    assert "21 degrees" in said
    job = by_name["Analyst"][0]["jobs"][0]
    assert (job["status"], job["target"]) == ("completed", f"agent:{RESEARCH}")
    assert by_name["Analyst"][0]["turns"][0]["j"] == 1
    (failed,) = by_name[""][0]["turns"]
    assert (failed["st"], failed["bad"]) == ("failed", 1)
    assert told[""]["name"].startswith("Fail, please.")

"""Who asked is kept beside each answer: the role of the agent."""

import pytest
from crewai import Agent, Crew, Task

from interactions_core import open_store
from interactions_core.records.labels import Label
from interactions_crewai import InteractionsLLM
from interactions_emulator import Emulator

# CrewAI warns of its own agents.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def test_the_role_that_asks_is_named_in_the_store(emulator: Emulator) -> None:
    llm = InteractionsLLM(
        model="gemini-3.5-flash",
        base_url=emulator.url,
        api_key="k",
        sessions="memory:labels of crewai",
    )
    writer = Agent(role="Writer", goal="Help", backstory="Knows towns", llm=llm)
    task = Task(description="Write a line.", expected_output="text", agent=writer)

    Crew(agents=[writer], tasks=[task]).kickoff()

    found = open_store("memory:labels of crewai").list_conversations().found
    assert {each.label for each in found} == {Label(framework="crewai", name="Writer")}

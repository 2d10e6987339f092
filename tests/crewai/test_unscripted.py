"""The commonest crews end by themselves on an emulator that has no script."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from crewai import Agent, Crew, Flow, Process, Task
from crewai.flow.flow import listen, start
from crewai.tools import tool
from pydantic import BaseModel, Field

from interactions_emulator import Emulator
from tests.crewai.conftest import MakeLLM

# CrewAI reads its own deprecated fields.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


class Report(BaseModel):
    """What a task hands on."""

    title: str = Field(min_length=1)
    score: int
    tags: list[str] = []


@tool("get_weather")
def get_weather(city: str) -> str:
    """Weather of a city."""
    return f"{city}: 21C, sunny"


def agent(role: str, llm: Any, *tools: Any) -> Agent:
    return Agent(
        role=role, goal="Help", backstory="Knows towns", llm=llm, tools=list(tools)
    )


def task(worker: Agent | None, **options: Any) -> Task:
    return Task(
        description="What is the weather in Rome?",
        expected_output="text",
        agent=worker,
        **options,
    )


def one(llm: Any, *tools: Any, **options: Any) -> Any:
    worker = agent("Guide", llm, *tools)
    return Crew(agents=[worker], tasks=[task(worker, **options)]).kickoff()


def with_a_tool(llm: Any) -> None:
    assert "21C" in one(llm, get_weather).raw


def with_a_class(llm: Any) -> None:
    assert isinstance(one(llm, output_pydantic=Report).pydantic, Report)


def with_both(llm: Any) -> None:
    done = one(llm, get_weather, output_pydantic=Report)
    assert isinstance(done.pydantic, Report)


def planning(llm: Any) -> None:
    workers = [agent("Guide", llm, get_weather), agent("Writer", llm)]
    tasks = [task(workers[0]), task(workers[1])]
    crew = Crew(agents=workers, tasks=tasks, planning=True, planning_llm=llm)
    assert crew.kickoff().raw.strip()


def hierarchical(llm: Any) -> None:
    crew = Crew(
        agents=[agent("Guide", llm, get_weather), agent("Writer", llm)],
        tasks=[task(None)],
        process=Process.hierarchical,
        manager_llm=llm,
    )
    # A coworker looked it up.
    assert "21C" in crew.kickoff().raw


def flow(llm: Any) -> None:
    class Steps(Flow[dict[str, Any]]):
        @start()
        def ask(self) -> Any:
            return llm.call("Name a town.", response_model=Report)

        @listen(ask)
        def write(self, report: Report) -> str:
            worker = agent("Writer", llm, get_weather)
            return worker.kickoff(f"Write about {report.title}.").raw

    assert str(Steps(suppress_flow_events=True).kickoff()).strip()


CREWS = [
    pytest.param(with_a_tool, 2, id="tool"),
    pytest.param(with_a_class, 1, id="output_pydantic"),
    pytest.param(with_both, 3, id="tool_and_output_pydantic"),
    pytest.param(planning, 4, id="planning"),
    pytest.param(hierarchical, 4, id="hierarchical"),
    pytest.param(flow, 2, id="flow"),
]


@pytest.mark.parametrize(("crew", "most"), CREWS)
def test_crew_ends_without_a_script_and_asks_nothing_twice(
    crew: Callable[[Any], None], most: int, make_llm: MakeLLM, emulator: Emulator
) -> None:
    crew(make_llm())

    rows = [row for row in emulator.requests() if row["method"] == "POST"]
    asked = Counter(json.dumps(row["body"], sort_keys=True) for row in rows)
    assert len(rows) <= most, [row["body"]["input"] for row in rows]
    assert max(asked.values()) == 1


@pytest.mark.parametrize("crew", [with_a_tool, with_both])
def test_tool_is_called_once_with_words_of_the_question(
    crew: Callable[[Any], None], make_llm: MakeLLM, emulator: Emulator
) -> None:
    crew(make_llm())

    calls = [
        step
        for row in emulator.requests()
        for step in emulator.transcript(row["interaction"])
        if step["type"] == "function_call"
    ]
    assert {call["name"] for call in calls} == {"get_weather"}
    # A transcript repeats what came before it.
    assert len({call["id"] for call in calls}) == 1
    assert calls[0]["arguments"]["city"] == "Rome"

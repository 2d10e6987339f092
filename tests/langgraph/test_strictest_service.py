"""Agents against an emulator that refuses all that a service may refuse.

What a request has to be asked without is found once; the next one of its kind is
asked without it at once.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

import pytest
from langchain.agents import create_agent
from langchain_core.tools import StructuredTool, tool
from pydantic import BaseModel, Field

from interactions_emulator import Emulator
from tests.langgraph.conftest import MakeModel
from tests.strictest import LONG_NAME, NEWEST, creates, refused

RESEARCH = "deep-research-preview-04-2026"


class Route(BaseModel):
    """A way from one place to another."""

    ends: tuple[float, float]
    stops: Annotated[list[str], Field(max_length=3)] = Field(default=["Rome"])
    kind: Literal["road"] = "road"


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(disputed="all", job_s=0) as running:
        yield running


def test_a_tuple_in_an_answer_is_answered(
    make_model: MakeModel, emulator: Emulator
) -> None:
    reader = make_model(model=NEWEST).with_structured_output(Route)

    routes: list[Any] = [reader.invoke(text) for text in ("To Rome", "To Oslo")]

    assert all(isinstance(route, Route) for route in routes)
    assert creates(emulator) == [400, 400, 200, 200]
    assert refused(emulator) == ["schema-bounds", "schema-keywords"]


def test_a_tuple_in_the_arguments_of_a_tool_is_answered(
    make_model: MakeModel, emulator: Emulator
) -> None:
    @tool
    def get_distance(ends: tuple[float, float], unit: Literal["km"] = "km") -> str:
        """Get the distance between two places."""
        return f"{abs(ends[1] - ends[0])} {unit}"

    agent = create_agent(make_model(model=NEWEST), [get_distance])
    call = {"name": "get_distance", "arguments": {"ends": [1, 4]}}
    emulator.script(
        [
            {"when": {"last_step": "user_input"}, "reply": {"calls": [call]}},
            {"reply": {"text": "It is far."}},
        ]
    )

    for _ in range(2):
        done = agent.invoke({"messages": [("user", "How far is it?")]})
        assert [m.text for m in done["messages"][-2:]] == ["3.0 km", "It is far."]

    assert creates(emulator) == [400, 400, 200, 200, 200, 200]
    assert set(refused(emulator)) == {"tool-keywords"}


def test_an_instruction_for_deep_research_is_answered_by_one_create(
    make_model: MakeModel, emulator: Emulator
) -> None:
    agent = create_agent(make_model(agent=RESEARCH), system_prompt="Be brief.")

    for question in ("Trains", "Buses"):
        done = agent.invoke({"messages": [("user", question)]})
        assert done["messages"][-1].text

    assert creates(emulator) == [200, 200]


def test_a_tool_of_a_long_name_is_called_by_it(
    make_model: MakeModel, emulator: Emulator
) -> None:
    found = StructuredTool.from_function(
        lambda words: f"nothing about {words}",
        name=LONG_NAME,
        description="Search the documents.",
    )
    agent = create_agent(make_model(model=NEWEST), [found])

    for _ in range(2):
        done = agent.invoke({"messages": [("user", "Search the documents: 'Rome'")]})
        called = done["messages"][1].tool_calls
        assert [each["name"] for each in called] == [LONG_NAME]

    assert creates(emulator) == [400, 200, 200, 200, 200]
    assert refused(emulator) == ["long-names"]

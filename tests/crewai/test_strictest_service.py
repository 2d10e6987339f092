"""Crews against an emulator that refuses all that a service may refuse.

What a request has to be asked without is found once; the next one of its kind is
asked without it at once.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from crewai import Crew
from crewai.tools import BaseTool
from crewai.utilities.string_utils import sanitize_tool_name
from pydantic import BaseModel

from interactions_emulator import Emulator
from tests.crewai.conftest import MakeLLM
from tests.crewai.crews import CREW_PLANNED, IN_ROME, agent, task, two_agents
from tests.crewai.test_llm_options import bodies
from tests.live_profiles import refused as refused_call
from tests.live_profiles import write_profile
from tests.strictest import LONG_NAME, NEWEST, creates, refused

# CrewAI reads its own deprecated fields.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

CUT = sanitize_tool_name(LONG_NAME)


class Route(BaseModel):
    """A way from one place to another."""

    ends: tuple[float, float]


class Search(BaseTool):
    name: str = LONG_NAME
    description: str = "Search the documents."

    def _run(self, words: str) -> str:
        return f"nothing about {words}"


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(disputed="all") as running:
        yield running


def test_a_crew_that_plans_is_answered(make_llm: MakeLLM, emulator: Emulator) -> None:
    llm = make_llm(model=NEWEST)

    for _ in range(2):
        emulator.script(CREW_PLANNED)
        crew = two_agents(llm, planning=True, planning_llm=llm)
        assert crew.kickoff(inputs=IN_ROME).raw == "A text."

    assert creates(emulator) == [400, *[200] * 8]
    assert refused(emulator) == ["schema-bounds"]


def test_a_tuple_in_an_answer_is_answered(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    llm = make_llm(model=NEWEST)

    routes: list[Any] = [
        llm.call(text, response_model=Route) for text in ("To Rome", "To Oslo")
    ]

    assert all(isinstance(route, Route) for route in routes)
    assert creates(emulator) == [400, 200, 200]
    assert refused(emulator) == ["schema-bounds"]


def test_a_tool_of_a_long_name_is_called(make_llm: MakeLLM, emulator: Emulator) -> None:
    """CrewAI itself cuts names to 64 characters, which nobody refuses."""
    llm = make_llm(model=NEWEST)
    emulator.script(
        [
            {
                "when": {"last_step": "user_input"},
                "reply": {"calls": [{"name": CUT, "arguments": {"words": "Rome"}}]},
            },
            {"reply": {"text": "Nothing is there."}},
        ]
    )

    for _ in range(2):
        worker = agent("Worker", llm, Search())
        crew = Crew(agents=[worker], tasks=[task("Search for Rome.", worker)])
        assert crew.kickoff().raw == "Nothing is there."

    told = [
        one["result"]
        for body in bodies(emulator)
        for one in body["input"]
        if "result" in one
    ]
    assert told == ["nothing about Rome"] * 2
    assert creates(emulator) == [200] * 4


def test_with_a_profile_of_it_a_crew_that_plans_is_never_refused(
    make_llm: MakeLLM,
    emulator: Emulator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = write_profile(tmp_path / "profile.json", refused_call(7, NEWEST))
    monkeypatch.setenv("INTERACTIONS_PROFILE", path)
    # What the profile is of; google-genai 2 would ask v1beta.
    llm = make_llm(model=NEWEST, api_version="v1")
    emulator.script(CREW_PLANNED)

    crew = two_agents(llm, planning=True, planning_llm=llm)

    assert crew.kickoff(inputs=IN_ROME).raw == "A text."
    assert creates(emulator) == [200] * 4

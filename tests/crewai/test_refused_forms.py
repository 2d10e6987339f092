"""Crews whose schemas a model refuses: CrewAI's own plan has `minimum: 1`."""

from typing import Any

import pytest

from interactions_emulator import Emulator
from tests.crewai.conftest import MakeLLM
from tests.crewai.crews import CREW_PLANNED, IN_ROME, two_agents
from tests.crewai.test_llm_options import bodies

# CrewAI reads its own deprecated fields.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def plans_in(emulator: Emulator) -> list[bool]:
    """Tell of each create for a plan whether its schema has bounds."""
    asked: list[Any] = [body.get("response_format") for body in bodies(emulator)]
    return ["minimum" in str(each["schema"]) for each in asked if each]


def test_a_crew_that_plans_is_answered_although_bounds_are_refused(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    llm = make_llm()
    emulator.script(CREW_PLANNED)
    emulator.fault(do={"status": 400})

    for planned in ([True, False], [True, False, False]):
        crew = two_agents(llm, planning=True, planning_llm=llm)
        assert crew.kickoff(inputs=IN_ROME).raw
        assert plans_in(emulator) == planned

"""Crews with a search tool beside functions, on a model that refuses both at once."""

from pathlib import Path
from typing import Any

import pytest
from crewai import Crew
from crewai.events.types.llm_events import LLMCallCompletedEvent

from interactions_core import MemoryStore
from interactions_core.exceptions import ConfigurationError
from interactions_emulator import Emulator
from tests.crewai.conftest import MakeLLM
from tests.crewai.crews import GetWeather, agent, task
from tests.crewai.event_bus import events_of
from tests.crewai.flows import WEATHER
from tests.crewai.oracle import differences
from tests.crewai.witness import Witness
from tests.programs import run_program
from tests.searches import (
    ANSWER,
    FUNCTION,
    MODEL,
    QUESTION,
    SCRIPT,
    creates,
    fail_the_turn,
    posts,
    run_killed,
    texts_of,
    tools_of,
)

# CrewAI reads its own deprecated fields.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

SEPARATE: dict[str, Any] = {
    "model": MODEL,
    "tools": [{"type": "google_search"}],
    "combine_tools": "separate",
}


@pytest.fixture
def searching(emulator: Emulator) -> Emulator:
    emulator.script(SCRIPT)
    return emulator


def test_a_crew_is_answered_and_searches_once_for_each_task(
    make_llm: MakeLLM, searching: Emulator
) -> None:
    store = MemoryStore()
    llm = make_llm(Witness, **SEPARATE, sessions=store)
    guide = agent("guide", llm, GetWeather())
    tasks = [task(QUESTION, guide), task("And tomorrow?", guide)]

    done = Crew(agents=[guide], tasks=tasks).kickoff()

    assert done.raw == ANSWER
    sent = posts(searching)
    search, function = ["google_search"], [FUNCTION]
    assert [tools_of(row["body"]) for row in sent] == [
        *(search, function, function),
        *(search, function),
    ]
    turns = [row["interaction"] for row in sent]
    parents = [row["body"].get("previous_interaction_id") for row in sent]
    assert parents[:4] == [None, None, turns[1], None]
    assert texts_of(sent[1]["body"])[0].startswith("[What google_search answered")
    assert differences(llm.log, searching, store) == []
    counted = done.token_usage.total_tokens
    assert counted == store.usage().total_tokens


@pytest.mark.parametrize("stream", [False, True])
def test_the_event_of_a_call_names_the_search_and_counts_it(
    make_llm: MakeLLM, searching: Emulator, *, stream: bool
) -> None:
    llm = make_llm(**SEPARATE, stream=stream)

    [done] = events_of(
        lambda: llm.call(QUESTION, tools=[WEATHER]), LLMCallCompletedEvent
    )

    search = posts(searching)[0]["interaction"]
    assert done.usage["separate_interaction_id"] == search
    assert done.usage["total_tokens"] == searching.stats()["tokens"]


def test_the_option_is_refused_beside_an_agent(make_llm: MakeLLM) -> None:
    agent = "antigravity-preview-09-2026"

    with pytest.raises(ConfigurationError, match="LLM: combine_tools='separate'"):
        make_llm(agent=agent, combine_tools="separate")


def test_a_process_that_is_killed_between_search_and_turn_does_not_pay_twice(
    searching: Emulator, tmp_path: Path
) -> None:
    program = "tests.killed_searching", "crewai", searching.url
    sessions = f"sqlite:///{tmp_path}/sessions.db"
    fail_the_turn(searching, {"status": 503})
    run_killed(*program, sessions)

    assert "Rome" in run_program(*program, sessions)

    names = list(map(tools_of, creates(searching)))
    assert names == [["google_search"], [FUNCTION], [FUNCTION]]

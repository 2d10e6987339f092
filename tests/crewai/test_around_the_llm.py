"""What CrewAI makes of an `InteractionsLLM` in places of its own, as the guide says it."""

import json
from pathlib import Path
from typing import Any

import pytest
from crewai import CheckpointConfig, Crew, Flow
from crewai.events import crewai_event_bus
from crewai.flow import human_feedback
from crewai.flow.async_feedback import HumanFeedbackPending
from crewai.flow.flow import listen, start
from crewai.flow.human_feedback import HumanFeedbackResult
from crewai.flow.persistence import SQLiteFlowPersistence
from crewai.llm_overlay import llm_overlay
from crewai.tools import tool
from pydantic import BaseModel, ValidationError

from interactions_core.exceptions import ConfigurationError
from interactions_crewai import InteractionsLLM
from interactions_emulator import Emulator
from tests.crewai.conftest import MakeLLM
from tests.crewai.crews import (
    CREW_PLANNED,
    FACTS,
    IN_ROME,
    ROME,
    TOWNS,
    Facts,
    GetWeather,
    agent,
    says,
    task,
    two_agents,
)
from tests.crewai.test_llm_options import bodies

# CrewAI reads its own deprecated fields.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@tool("get_weather")
def get_weather(city: str) -> str:
    """Get the weather of a city."""
    return f"{city}: 21 degrees"


class Outcome(BaseModel):
    approved: bool


class Later:
    """Asks a person who answers in another process."""

    def request_feedback(self, context: Any, flow: Any) -> str:  # noqa: ARG002 - CrewAI's
        raise HumanFeedbackPending(context=context)


def seeds_in(emulator: Emulator) -> list[int]:
    settings = [body.get("generation_config", {}) for body in bodies(emulator)]
    return [each.get("seed", 0) for each in settings]


@pytest.mark.parametrize("key", ["Guide", "model:*", "model:gemini-3.5-flash"])
def test_an_overlay_puts_a_class_of_crewais_in_its_place(
    key: str, make_llm: MakeLLM
) -> None:
    with llm_overlay({key: "gemini/gemini-3.8-flash"}):
        overlaid = agent("Guide", make_llm())
    with llm_overlay({"Other": "gemini/gemini-3.8-flash"}):
        other = agent("Guide", make_llm())

    assert not isinstance(overlaid.llm, InteractionsLLM)
    assert isinstance(other.llm, InteractionsLLM)


def test_resumed_flow_asks_the_llm_in_the_step_after_the_feedback(
    make_llm: MakeLLM, emulator: Emulator, tmp_path: Path
) -> None:
    emulator.script([{"reply": {"text": '{"approved": true}'}}])
    kept = SQLiteFlowPersistence(str(tmp_path / "flow.db"))
    llm = make_llm()

    class Draft(Flow[dict[str, Any]]):
        @start()
        @human_feedback(message="Fine?", provider=Later())
        def draft(self) -> str:
            return "draft"

        @listen(draft)
        def decide(self, said: HumanFeedbackResult) -> str:
            asked = f"Does this approve? {said.feedback}"
            outcome = llm.call(asked, response_model=Outcome)
            return "published" if outcome.approved else "dropped"

    begun = Draft(persistence=kept, suppress_flow_events=True)
    begun.kickoff()
    resumed = Draft.from_pending(begun.state["id"], kept, suppress_flow_events=True)

    assert resumed.resume("Fine by me.") == "published"
    # google-genai 2 asks v1beta.
    [path] = [row["path"] for row in emulator.requests()]
    assert path in {"/v1/interactions", "/v1beta/interactions"}


def test_flow_that_pauses_with_emit_resumes_with_crewais_own_class(
    make_llm: MakeLLM, tmp_path: Path
) -> None:
    kept = SQLiteFlowPersistence(str(tmp_path / "flow.db"))

    class Draft(Flow[dict[str, Any]]):
        @start()
        @human_feedback(
            message="Fine?", emit=["yes", "no"], llm=make_llm(), provider=Later()
        )
        def draft(self) -> str:
            return "draft"

    begun = Draft(persistence=kept, suppress_flow_events=True)
    begun.kickoff()
    resumed = Draft.from_pending(begun.state["id"], kept, suppress_flow_events=True)

    # What CrewAI builds its own LLM of.
    assert resumed.pending_feedback is not None
    assert resumed.pending_feedback.llm == make_llm().to_config_dict()


def test_text_beside_a_call_is_kept_by_the_server_and_not_by_crewai(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    calls = [{"name": "get_weather", "arguments": {"city": "Rome"}}]
    beside = {"text": "Let me look.", "calls": calls}
    emulator.script([says("Worker", beside, "Warm.")])
    worker = agent("Worker", make_llm(), GetWeather())

    Crew(agents=[worker], tasks=[task("Work", worker)]).kickoff()

    held = emulator.transcript(emulator.requests()[-1]["interaction"])
    assert "Let me look." in json.dumps(held)
    assert "Let me look." not in json.dumps(worker.last_messages)


@pytest.mark.parametrize(("one", "files"), [(get_weather, 0), (GetWeather(), 1)])
def test_function_tool_keeps_a_crew_from_being_saved(
    one: Any, files: int, make_llm: MakeLLM, emulator: Emulator, tmp_path: Path
) -> None:
    emulator.script([says("Worker", ROME, "Warm.")])
    worker = agent("Worker", make_llm(), one)
    saving = CheckpointConfig(
        location=str(tmp_path / "saved"), on_events=["crew_kickoff_completed"]
    )

    crew = Crew(agents=[worker], tasks=[task("Work", worker)], checkpoint=saving)
    crew.kickoff()
    crewai_event_bus.flush()

    assert len([*(tmp_path / "saved").rglob("*.json")]) == files


def test_function_calling_llm_of_a_crew_takes_only_classes_of_crewais(
    make_llm: MakeLLM,
) -> None:
    with pytest.raises(ValidationError, match="function_calling_llm"):
        two_agents(make_llm(), function_calling_llm=make_llm())


def test_function_calling_llm_of_an_agent_does_nothing_but_convert(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    emulator.script([says("Worker", ROME, "21 degrees."), {"reply": {"text": FACTS}}])
    reader = make_llm(seed=1)
    worker = agent("Worker", make_llm(), GetWeather(), function_calling_llm=reader)
    done = task("Work", worker, output_pydantic=Facts)

    Crew(agents=[worker], tasks=[done]).kickoff()

    assert seeds_in(emulator) == [0, 0, 1]


def test_planning_asks_openai_unless_it_is_given_an_llm(
    make_llm: MakeLLM, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    emulator.script(CREW_PLANNED)

    with pytest.raises(ValueError, match="OPENAI_API_KEY"):
        two_agents(make_llm(), planning=True).kickoff(inputs=IN_ROME)
    planned = two_agents(make_llm(), planning=True, planning_llm=make_llm())

    assert planned.kickoff(inputs=IN_ROME).raw == "A text."


def test_eval_llm_judges_each_task(make_llm: MakeLLM, emulator: Emulator) -> None:
    emulator.script([*TOWNS, {"reply": {"text": '{"quality": 7}'}}])
    judge = make_llm(seed=1)

    two_agents(make_llm()).test(n_iterations=1, eval_llm=judge, inputs=IN_ROME)

    assert seeds_in(emulator) == [0, 0, 0, 1, 0, 1]


@pytest.mark.parametrize(
    "settings",
    [
        {"HARM_CATEGORY_HATE_SPEECH": "BLOCK_NONE"},
        [{"type": "hate_speech", "threshold": "block_none"}],
    ],
    ids=["as CrewAI", "as the API"],
)
def test_gemini_api_takes_safety_settings_in_neither_form(
    settings: Any, make_llm: MakeLLM, emulator: Emulator
) -> None:
    with pytest.raises(ConfigurationError, match="does not take `safety_settings`"):
        make_llm(safety_settings=settings).call("Hi.")

    assert bodies(emulator) == []

"""The real SDK, unmodified: background work, agents and environments."""

from collections.abc import Iterator
from typing import Any

import pytest
from google import genai
from google.genai import _interactions as sdk_errors

from interactions_emulator import Emulator

pytestmark = pytest.mark.filterwarnings("ignore:.*experimental:UserWarning")

GEMINI_3 = "gemini-3.7-flash"
RESEARCH = "deep-research-preview-04-2026"
ANTIGRAVITY = "antigravity-preview-09-2026"
NOW = 1_800_000_000.0
LONG = "One two three four five six seven eight nine ten. " * 4


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """An emulator whose clock stands still until it is moved."""
    with Emulator(clock=lambda: NOW) as running:
        yield running


def test_a_background_run_is_polled_to_its_end(
    sdk: genai.Client, emulator: Emulator
) -> None:
    made = sdk.interactions.create(model=GEMINI_3, input="Hi.", background=True)
    first = sdk.interactions.get(made.id)
    emulator.advance(1)
    last = sdk.interactions.get(made.id)

    assert (made.status, first.status) == ("in_progress", "in_progress")
    assert last.status == "completed"
    assert "Hi." in last.output_text


def test_a_run_is_cancelled_and_its_end_is_not(
    sdk: genai.Client, emulator: Emulator
) -> None:
    made = sdk.interactions.create(model=GEMINI_3, input="Hi.", background=True)
    cancelled = sdk.interactions.cancel(made.id)

    assert cancelled.status == "cancelled"
    with pytest.raises(sdk_errors.BadRequestError):
        sdk.interactions.cancel(made.id)
    assert emulator.stats()["cancels"] == 1


def test_a_stream_is_resumed_after_the_last_event_that_came(
    sdk: genai.Client, emulator: Emulator
) -> None:
    stream = sdk.interactions.create(
        model=GEMINI_3, input=LONG, background=True, stream=True
    )
    made = next(iter(stream)).interaction.id
    emulator.advance(1)
    last = next(event.event_id for event in stream if getattr(event, "event_id", None))

    rest = list(sdk.interactions.get(made, stream=True, last_event_id=last))

    whole = list(sdk.interactions.get(made, stream=True))
    places = [getattr(event, "event_id", None) for event in whole]
    assert rest == whole[places.index(last) + 1 :]
    assert rest[-1].interaction.status == "completed"


def test_a_cut_stream_ends_without_its_last_event(
    sdk: genai.Client, emulator: Emulator
) -> None:
    """SDK: the bare array is ignored silently."""
    emulator.fault(do={"stall": True})
    stream = sdk.interactions.create(
        model=GEMINI_3, input="Hi.", background=True, stream=True
    )
    kinds = [next(iter(stream)).event_type]
    emulator.advance(601)

    kinds += [event.event_type for event in stream]

    assert kinds == ["interaction.created", "interaction.status_update"]


def test_a_failed_run_shows_its_errors(sdk: genai.Client, emulator: Emulator) -> None:
    errors = [{"code": "api_error", "message": "Broken."}]
    emulator.script([{"reply": {"status": "failed", "errors": errors}}])
    made = sdk.interactions.create(model=GEMINI_3, input="Hi.", background=True)
    emulator.advance(1)

    failed = sdk.interactions.get(made.id)

    assert failed.status == "failed"
    assert failed.errors[0].message == "Broken."


def test_deep_research_plans_then_reports(
    sdk: genai.Client, emulator: Emulator
) -> None:
    def run(text: str, **options: Any) -> Any:
        planning = options.pop("planning")
        config = {"type": "deep-research", "collaborative_planning": planning}
        made = sdk.interactions.create(
            agent=RESEARCH, input=text, background=True, agent_config=config, **options
        )
        emulator.advance(1)
        return sdk.interactions.get(made.id)

    plan = run("The history of TPUs", planning=True)
    report = run("Go on.", planning=False, previous_interaction_id=plan.id)

    assert plan.output_text.startswith("# Research plan")
    assert report.output_text.startswith("# Report: The history of TPUs")
    assert report.steps[-1].content[0].annotations[0].type == "url_citation"
    assert report.steps[1].type == "google_search_call"
    assert report.usage.grounding_tool_count[0].count == 2


def test_antigravity_leaves_its_file_in_the_environment(sdk: genai.Client) -> None:
    done = sdk.interactions.create(
        agent=ANTIGRAVITY, input="Write 'hi' to notes/hi.txt", environment="remote"
    )

    found = sdk.environments.get(id=done.environment_id)
    listed = sdk.environments.files.list(environment=found.id, path="notes")
    data = sdk.environments.files.download(environment=found.id, path="notes/hi.txt")

    assert done.steps[1].arguments == {"path": "/notes/hi.txt", "content": "hi\n"}
    assert done.steps[-2].result == "hi\n"
    assert (found.status, found.file_count) == ("active", 1)
    assert [one.path for one in listed.files] == ["notes/hi.txt"]
    assert data == b"hi\n"


def test_custom_agents_through_the_sdk(sdk: genai.Client) -> None:
    made = sdk.agents.create(id="helper", system_instruction="Be brief.")
    done = sdk.interactions.create(agent="helper", input="Hi.", environment="remote")
    listed = sdk.agents.list()
    sdk.agents.delete(id="helper")

    assert made.id == done.agent == listed.agents[0].id == "helper"
    assert sdk.agents.list().agents == []


def test_environments_through_the_sdk(sdk: genai.Client) -> None:
    source = {"type": "inline", "target": "/a.txt", "content": "a"}
    made = sdk.environments.create(sources=[source])
    listed = sdk.environments.list()
    sdk.environments.delete(id=made.id)

    assert [one.id for one in listed.environments] == [made.id]
    assert sdk.environments.list().environments == []

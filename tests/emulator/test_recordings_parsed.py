"""Recorded answers whose requests were not kept: parsed events, dumps, prints."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.emulator.recorded import event_shapes, events_of, shape, sorted_keys
from tests.emulator.recordings_table import (
    BAD_SEGMENT,
    PARSED,
    PARSED_SECOND_TURN,
    RESEARCH,
    SANDBOX,
    SEARCH,
    STRUCTURED,
    VERCEL,
)

PERSON = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
    "required": ["name", "age"],
}
SEARCH_TOOL = {"type": "google_search"}
ASKED = {
    "basic": {},
    "multi-turn-stateful-turn1": {},
    "issue-17937-top-k": {"generation_config": {"top_k": 1}},
}
Text = Callable[[str], str]


@pytest.fixture
def recorded(recording_text: Text) -> Callable[[str], dict[str, Any]]:
    def recorded(name: str) -> dict[str, Any]:
        return json.loads(recording_text(name))

    return recorded


@pytest.fixture
def chunks(recording_text: Text) -> Callable[[str], list[dict[str, Any]]]:
    def chunks(name: str) -> list[dict[str, Any]]:
        lines = recording_text(f"{name}.chunks.txt").splitlines()
        return [json.loads(line) for line in lines if line.strip()]

    return chunks


@pytest.mark.parametrize("name", PARSED)
def test_plain_answers_have_the_recorded_keys(
    http: Any, recorded: Any, name: str
) -> None:
    theirs = recorded(f"{VERCEL}{name}.json")

    ours = http.made("Hello, how are you?", **ASKED[name])

    assert shape(ours) == shape(theirs)


@pytest.mark.parametrize("name", PARSED[:2])
def test_plain_streams_have_the_recorded_events(
    http: Any, chunks: Any, name: str
) -> None:
    theirs = chunks(VERCEL + name)

    answer = http.create("Hello, how are you?", stream=True)

    assert event_shapes(events_of(answer.text)) == event_shapes(theirs)


@pytest.mark.parametrize("stream", [False, True])
def test_second_turns_have_the_recorded_form(
    http: Any, recorded: Any, chunks: Any, *, stream: bool
) -> None:
    first = http.made("What are the three largest cities in Spain?")
    turn = {"previous_interaction_id": first["id"], "stream": stream}
    name = VERCEL + PARSED_SECOND_TURN

    answer = http.create("What is the second city known for?", **turn)

    if stream:
        ours, theirs = events_of(answer.text), chunks(name)
        assert event_shapes(ours) == event_shapes(theirs)
    else:
        assert shape(answer.json()) == shape(recorded(f"{name}.json"))


def test_structured_output_is_the_recorded_text_block(
    http: Any, emulator: Any, recorded: Any
) -> None:
    theirs = recorded(STRUCTURED)
    said = theirs["steps"][1]["content"][0]["text"]
    emulator.script([{"reply": {"text": said}}])
    wanted = {"type": "text", "mime_type": "application/json", "schema": PERSON}

    ours = http.made("John Doe is 30.", response_format=wanted)

    assert shape(ours) == shape(theirs)
    assert ours["steps"][1] == theirs["steps"][1]


def test_unscripted_structured_output_has_the_recorded_keys(
    http: Any, recorded: Any
) -> None:
    wanted = {"type": "text", "mime_type": "application/json", "schema": PERSON}

    ours = http.made("John Doe is 30.", response_format=wanted)

    theirs = recorded(STRUCTURED)
    said, recorded_text = (o["steps"][1]["content"][0]["text"] for o in (ours, theirs))
    assert shape(ours) == shape(theirs)
    assert json.loads(said).keys() == json.loads(recorded_text).keys()


def cited_words(text: str, annotations: list[Any]) -> list[dict[str, Any]]:
    """Return the citations as a script names them."""
    raw = text.encode()
    return [
        {
            "text": raw[one["start_index"] : one["end_index"]].decode(),
            "url": one["url"],
            "title": one["title"],
        }
        for one in annotations
    ]


def searched(
    text: str, annotations: list[Any], queries: list[str], result: list[Any]
) -> list[dict[str, Any]]:
    """Return a script of the recorded search."""
    use = {"google_search": {"queries": queries, "result": result}}
    citations = cited_words(text, annotations)
    return [{"reply": {"text": text, "citations": citations, "tools": [use]}}]


def test_a_search_has_the_recorded_steps_and_the_very_same_citations(
    http: Any, emulator: Any, recorded: Any
) -> None:
    theirs = recorded(f"{SEARCH}.json")
    _, output, call, result = theirs["steps"]
    (block,) = output["content"]
    queries = call["arguments"]["queries"]
    script = searched(block["text"], block["annotations"], queries, result["result"])
    emulator.script(script)

    ours = http.made("AI news of the last week?", tools=[SEARCH_TOOL])

    assert shape(ours) == shape(theirs)
    assert ours["steps"][1] == output
    assert ours["steps"][3]["result"] == result["result"]


def test_a_streamed_search_has_the_recorded_events_and_citations(
    http: Any, emulator: Any, chunks: Any
) -> None:
    theirs = chunks(SEARCH)
    deltas = [event["delta"] for event in theirs if "delta" in event]
    text = "".join(delta["text"] for delta in deltas if delta["type"] == "text")
    *_, cited, call, result = deltas
    queries = call["arguments"]["queries"]
    emulator.script(searched(text, cited["annotations"], queries, result["result"]))

    answer = http.create("AI news?", tools=[SEARCH_TOOL], stream=True)

    ours = events_of(answer.text)
    assert event_shapes(ours) == event_shapes(theirs)
    assert [event["delta"] for event in ours if "delta" in event][-3:-1] == [
        cited,
        call,
    ]


def test_a_segment_that_ends_before_it_begins_is_refused_as_recorded(
    http: Any, recorded: Any
) -> None:
    segment = {"type": "static", "start_offset": "10s", "end_offset": "5s"}
    video = {"type": "video", "uri": "https://video.example/a", "processing": segment}

    answer = http.create([{"type": "user_input", "content": [video]}])

    assert answer.status_code == 400
    assert answer.json() == recorded(BAD_SEGMENT)


def without_nulls(value: Any) -> Any:
    """Drop what only the SDK's dump has."""
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {k: without_nulls(v) for k, v in value.items() if v is not None}


def test_completed_research_has_the_recorded_steps_and_usage(
    http: Any, emulator: Any, recorded: Any
) -> None:
    theirs = without_nulls(recorded(RESEARCH))
    made = http.made("B-001", model=None, agent=theirs["agent"], background=True)
    emulator.advance(1)

    ours = http.get(f"/v1/interactions/{made['id']}").json()

    assert ours.keys() == theirs.keys() - {"_note"}
    assert [s["type"] for s in ours["steps"]] == [s["type"] for s in theirs["steps"]]
    assert shape(sorted_keys(ours["usage"])) == shape(sorted_keys(theirs["usage"]))
    cited, recorded_citation = (
        body["steps"][-1]["content"][0]["annotations"][0] for body in (ours, theirs)
    )
    assert cited.keys() == recorded_citation.keys()


def test_a_run_in_a_sandbox_has_the_printed_steps_and_ids(
    http: Any, recording_text: Text
) -> None:
    printed = recording_text(SANDBOX)
    agent = {"model": None, "agent": "antigravity-preview-05-2026"}
    task = "Write a script that prints Fibonacci numbers, save it as a file and run it."

    ours = http.made(task, **agent, environment="remote")

    kinds = re.findall(r"^(?:OUT: )?--- Step \d \[(\w+)\]", printed, re.MULTILINE)
    assert [step["type"] for step in ours["steps"]] == kinds
    assert [step["name"] for step in ours["steps"][1:3]] == ["write_file"] * 2
    ids = re.findall(r"^\w+ ID: (\S+)", printed, re.MULTILINE)
    assert form(ours["id"])[:3] == form(ids[0])[:3]
    assert len(ours["id"]) == len(ids[0])
    assert form(ours["environment_id"]) == form(ids[1])


def form(some_id: str) -> str:
    """Reduce an id to its letters beyond hexadecimal and its punctuation."""
    return re.sub(r"[0-9a-f]", "0", some_id)

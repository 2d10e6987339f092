"""Recordings of the legacy schema: what of them still holds."""

import base64
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.emulator.recorded import (
    Replay,
    event_shapes,
    events_of,
    modern,
    modern_event,
    path_of,
    shape,
    sorted_keys,
    without_call_signatures,
)
from tests.emulator.recordings_table import (
    CUT,
    DUMPED,
    DUMPED_STREAM,
    LEGACY_HISTORY,
    LEGACY_RESEARCH,
    LEGACY_STREAMS,
    LEGACY_UNARY,
    REFUSED_KEYS,
    REFUSED_RESULTS,
    REFUSED_TOOLS,
    SDK_1_75,
    STUCK,
)

Recorded = Callable[[str], dict[str, Any]]


@pytest.fixture
def recorded(recording_text: Callable[[str], str]) -> Recorded:
    def recorded(name: str) -> dict[str, Any]:
        return json.loads(recording_text(name))

    return recorded


def short(name: str) -> str:
    return name.rsplit("/", 1)[-1][:8]


def ask(http: Any, payload: dict[str, Any]) -> Any:
    return http.post("/v1beta/interactions", json=payload)


def one_spaced(body: dict[str, Any]) -> Any:
    """The server's protobuf messages have random white space."""
    return json.loads(" ".join(json.dumps(body).split()))


def as_steps(turns: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Translate turns with roles into the steps that followed them."""
    steps: list[dict[str, Any]] = []
    for turn in turns:
        content = turn["content"]
        if isinstance(content, str) or content[0]["type"] == "text":
            kind = "user_input" if turn["role"] == "user" else "model_output"
            steps.append({"type": kind, "content": content})
        else:
            steps += content
    return steps


@pytest.mark.parametrize("name", LEGACY_UNARY, ids=short)
def test_valid_requests_get_the_translated_answer(
    http: Any, recorded: Recorded, name: str
) -> None:
    exchange = recorded(name)

    answer = ask(http, exchange["request"]["payload"])

    ours = sorted_keys(without_call_signatures(answer.json()))
    assert answer.status_code == exchange["response"]["status"]
    assert shape(ours) == shape(modern(exchange["response"]["body"]))


@pytest.mark.parametrize("name", LEGACY_STREAMS, ids=short)
def test_valid_requests_get_the_translated_stream(
    http: Any, recorded: Recorded, name: str
) -> None:
    exchange = recorded(name)

    answer = ask(http, exchange["request"]["payload"])

    theirs = events_of("\n".join(exchange["response"]["body"]))
    ours = [sorted_keys(event) for event in events_of(answer.text)]
    assert event_shapes(ours) == event_shapes([modern_event(e) for e in theirs])
    assert exchange["response"]["body"][-3:] == ["event: done", "data: [DONE]", ""]
    assert answer.text.endswith("\n\nevent: done\ndata: [DONE]\n\n")


def test_a_history_of_steps_gets_the_answer_that_turns_had(
    http: Any, recorded: Recorded
) -> None:
    exchange = recorded(LEGACY_HISTORY)
    payload = exchange["request"]["payload"]
    theirs = exchange["response"]["body"]

    answer = ask(http, payload | {"input": as_steps(payload["input"])})

    assert shape(sorted_keys(answer.json())) == shape(modern(theirs))
    assert answer.json()["steps"][-1] == modern(theirs)["steps"][-1]


@pytest.mark.parametrize("name", REFUSED_TOOLS, ids=short)
def test_tools_of_another_form_are_refused_in_the_recorded_words(
    http: Any, recorded: Recorded, name: str
) -> None:
    exchange = recorded(name)

    answer = ask(http, exchange["request"]["payload"])

    assert answer.status_code == exchange["response"]["status"] == 400
    assert answer.json() == one_spaced(exchange["response"]["body"])


@pytest.mark.parametrize("mistake", REFUSED_RESULTS)
def test_bad_results_are_refused_in_the_recorded_words(
    http: Any, recorded: Recorded, mistake: str
) -> None:
    exchange = recorded(REFUSED_RESULTS[mistake])
    payload = exchange["request"]["payload"]

    answer = ask(http, payload | {"input": as_steps(payload["input"])})

    assert answer.status_code == exchange["response"]["status"] == 400
    assert answer.json() == exchange["response"]["body"]


@pytest.mark.parametrize("key", REFUSED_KEYS)
def test_unknown_keys_of_steps_are_refused_in_the_recorded_form(
    http: Any, recorded: Recorded, key: str
) -> None:
    exchange = recorded(REFUSED_KEYS[key])
    payload = exchange["request"]["payload"]

    answer = ask(http, payload | {"input": as_steps(payload["input"])})

    assert answer.status_code == exchange["response"]["status"] == 400
    assert shape(answer.json()) == shape(exchange["response"]["body"])
    assert f"'{key}'" in answer.json()["error"]["message"]


def test_the_oldest_dump_lacks_only_the_service_tier(
    http: Any, recorded: Recorded
) -> None:
    theirs = modern(recorded(DUMPED))

    ours = http.made("What is 2+2? Reply with just the number.")

    assert ours.pop("service_tier") == "standard"
    assert shape(sorted_keys(ours)) == shape(theirs)


def test_the_oldest_dumped_stream_lacks_only_the_service_tier(
    http: Any, recorded: Recorded
) -> None:
    dumped = [item["data"] for item in recorded(DUMPED_STREAM)]

    answer = http.create("Say hi.", stream=True)

    ours = [sorted_keys(event) for event in events_of(answer.text)]
    assert ours[-1]["interaction"].pop("service_tier") == "standard"
    assert event_shapes(ours) == event_shapes([modern_event(e) for e in dumped])


def test_the_first_exchanges_of_sdk_1_75_differ_in_the_schema_alone(
    http: Any, recording: Callable[..., Any]
) -> None:
    """API: what a read includes stands at the head of the steps too, since October."""
    replay = Replay(http)
    for exchange in recording(SDK_1_75)[:2]:
        request = exchange["request"]
        theirs = json.loads(exchange["response"]["body"]["string"])
        path = path_of(request["uri"])

        answer = replay.send(request["method"], path, request["body"] or "", theirs)

        ours = answer.json()
        if "input" in ours:
            assert [ours["steps"].pop(0)] == ours["input"]
        assert shape(sorted_keys(ours)) == shape(modern(theirs))


def test_running_research_shows_the_recorded_keys(
    http: Any, recorded: Recorded
) -> None:
    theirs = recorded(LEGACY_RESEARCH)["in_progress"]
    agent = {"model": None, "agent": theirs["agent"], "background": True}
    made = http.made("SU(3)", **agent)

    ours = http.get(f"/v1/interactions/{made['id']}").json()

    assert shape(sorted_keys(ours)) == shape(modern(theirs))


def legacy_events(text: str) -> list[dict[str, Any]]:
    """Return the translated events that a forum post shows whole, without ids."""
    lines = [line[6:] for line in text.splitlines() if line.startswith("data: ")]
    whole = [json.loads(line) for line in lines if line.endswith("}")]
    return [modern_event(without_event_id(event)) for event in whole]


def without_event_id(event: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in event.items() if key != "event_id"}


def test_a_cut_stream_of_research_has_the_posted_events_and_ending(
    http: Any, emulator: Any, recording_text: Callable[[str], str]
) -> None:
    """Ours: every delta has an `event_id`, in the post only some."""
    text = recording_text(CUT)
    (posted,) = [line for line in text.splitlines() if line.startswith("# POST")]
    emulator.script([{"reply": {"text": "Hi.", "wait_s": 0}}])
    emulator.fault(do={"truncate_after_events": 4, "how": "array"})

    answer = ask(http, json.loads(posted[posted.index("{") :]))

    ours, _, ending = answer.text.partition("\n[")
    events = [sorted_keys(without_event_id(event)) for event in events_of(ours)]
    assert event_shapes(events) == event_shapes(legacy_events(text))
    assert json.loads("[" + ending) == json.loads(text[text.index("\n[") :])
    decoded = [form(found) for found in re.findall(r'"event_id":"(\w+)"', ours + text)]
    assert decoded == ["N_thought_N"] * 2


def form(event_id: str) -> str:
    """Decode an `event_id`, numbers left out."""
    token = event_id.removeprefix("v1_")
    padding = "=" * (-len(token) % 4)
    return re.sub(r"\d+", "N", base64.urlsafe_b64decode(token + padding).decode())


def test_the_replay_of_a_stuck_run_has_the_posted_first_events(
    http: Any, emulator: Any, recording_text: Callable[[str], str]
) -> None:
    emulator.fault(do={"stall": True})
    agent = {"model": None, "agent": "deep-research-preview-04-2026"}
    made = http.made("Hi.", **agent, background=True)

    with http.stream("GET", f"/v1/interactions/{made['id']}?stream=true") as answer:
        lines = answer.iter_lines()
        text = "\n".join(next(lines) for _ in range(6))

    ours = [sorted_keys(event) for event in events_of(text)]
    assert shape(ours) == shape(legacy_events(recording_text(STUCK))[:2])

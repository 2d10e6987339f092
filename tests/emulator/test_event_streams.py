"""Event streams: followed, replayed, resumed and cut."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from interactions_emulator import Emulator

GEMINI_3 = "gemini-3.7-flash"
NOW = 1_800_000_000.0
LONG = "One two three four five six seven eight nine ten. " * 8


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """An emulator whose clock stands still until it is moved."""
    with Emulator(clock=lambda: NOW) as running:
        yield running


@pytest.fixture
def job(http: Any) -> str:
    """The path of a background interaction that runs."""
    made = http.made(LONG, model=GEMINI_3, background=True)
    return f"/v1/interactions/{made['id']}"


def blocks(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    """Yield the events of a stream as they arrive."""
    for line in lines:
        if line.startswith("data: {"):
            yield json.loads(line.removeprefix("data: "))


def named(events: list[dict[str, Any]]) -> list[str]:
    return [event["event_type"] for event in events]


def test_a_finished_run_is_replayed_from_the_start(
    http: Any, job: str, emulator: Emulator, events: Any
) -> None:
    emulator.advance(1)

    replay = events(http.get(job + "?stream=true").text)

    assert replay == events(http.get(job + "?stream=true").text)
    assert named(replay)[:3] == [
        "interaction.created",
        "interaction.status_update",
        "step.start",
    ]
    assert named(replay)[-1] == "interaction.completed"
    assert "steps" not in replay[-1]["interaction"]


def test_a_foreground_interaction_is_replayed_as_it_was_streamed(
    http: Any, events: Any
) -> None:
    streamed = http.create(LONG, stream=True).text
    made = events(streamed)[0]["interaction"]["id"]

    assert http.get(f"/v1/interactions/{made}?stream=true").text == streamed


def test_a_running_job_is_followed_to_its_end(
    http: Any, job: str, emulator: Emulator
) -> None:
    with http.stream("GET", job + "?stream=true") as answer:
        arriving = blocks(answer.iter_lines())
        first = [next(arriving), next(arriving)]
        emulator.advance(1)
        rest = list(arriving)

    assert named(first) == ["interaction.created", "interaction.status_update"]
    assert rest[-1]["interaction"]["status"] == "completed"


def test_the_events_of_a_run_are_spread_over_its_time(
    http: Any, job: str, emulator: Emulator
) -> None:
    with http.stream("GET", job + "?stream=true") as answer:
        arriving = blocks(answer.iter_lines())
        _ = [next(arriving), next(arriving)]
        emulator.advance(0.5)
        third = next(arriving)
        status = http.get(job).json()["status"]

    assert third["event_type"] == "step.start"
    assert status == "in_progress"


def test_a_create_that_streams_in_the_background_is_followed_too(
    http: Any, emulator: Emulator
) -> None:
    body = {"model": GEMINI_3, "input": LONG, "background": True, "stream": True}
    with http.stream("POST", "/v1/interactions", json=body) as answer:
        arriving = blocks(answer.iter_lines())
        made = next(arriving)["interaction"]["id"]
        emulator.advance(1)
        rest = list(arriving)

    replay = http.get(f"/v1/interactions/{made}?stream=true").text
    assert rest == list(blocks(iter(replay.splitlines())))[1:]


def test_only_the_deltas_of_background_runs_have_event_ids(
    http: Any, job: str, emulator: Emulator, events: Any
) -> None:
    """API: a JSON field, never in foreground streams (recorded)."""
    emulator.advance(1)

    background = events(http.get(job + "?stream=true").text)
    foreground = events(http.create(LONG, model=GEMINI_3, stream=True).text)

    with_id = [event for event in background if "event_id" in event]
    assert with_id == [e for e in background if e["event_type"] == "step.delta"]
    assert len({event["event_id"] for event in with_id}) == len(with_id)
    assert not [event for event in foreground if "event_id" in event]


def test_every_event_id_is_a_place_to_resume_after(
    http: Any, job: str, emulator: Emulator, events: Any
) -> None:
    emulator.advance(1)
    whole = events(http.get(job + "?stream=true").text)

    for index, event in enumerate(whole):
        if "event_id" in event:
            query = f"?stream=true&last_event_id={event['event_id']}"
            assert events(http.get(job + query).text) == whole[index + 1 :]


def test_a_dropped_stream_is_resumed_while_the_run_goes_on(
    http: Any, job: str, emulator: Emulator, events: Any
) -> None:
    with http.stream("GET", job + "?stream=true") as answer:
        arriving = blocks(answer.iter_lines())
        emulator.advance(0.5)
        last = next(event for event in arriving if "event_id" in event)
    emulator.advance(1)

    rest = http.get(f"{job}?stream=true&last_event_id={last['event_id']}")

    whole = events(http.get(job + "?stream=true").text)
    assert events(rest.text) == whole[whole.index(last) + 1 :]


def test_an_unknown_event_id_is_refused(http: Any, job: str) -> None:
    """Ours: the real answer was never recorded."""
    answer = http.get(job + "?stream=true&last_event_id=v1_eA")

    assert answer.status_code == 400


def test_a_cancelled_run_ends_its_streams(
    http: Any, job: str, emulator: Emulator, events: Any
) -> None:
    with http.stream("GET", job + "?stream=true") as answer:
        arriving = blocks(answer.iter_lines())
        emulator.advance(0.5)
        seen = [next(arriving) for _ in range(3)]
        http.post(job + "/cancel")
        seen += list(arriving)

    assert seen[-1]["interaction"]["status"] == "cancelled"
    assert events(http.get(job + "?stream=true").text) == seen
    assert "step.stop" in named(seen)


def test_deleting_does_not_stop_a_run(http: Any, job: str, emulator: Emulator) -> None:
    with http.stream("GET", job + "?stream=true") as answer:
        arriving = blocks(answer.iter_lines())
        next(arriving)
        http.delete(job)
        emulator.advance(1)
        last = list(arriving)[-1]

    assert last["interaction"]["status"] == "completed"
    assert http.get(job).status_code == 404


def test_a_stream_is_cut_after_ten_minutes_and_resumed(
    http: Any, emulator: Emulator, recording_text: Callable[[str], str]
) -> None:
    emulator.script([{"reply": {"text": LONG, "wait_s": 1_500}}])
    made = http.made("Hi.", model=GEMINI_3, background=True)
    path = f"/v1/interactions/{made['id']}?stream=true"
    emulator.advance(300)

    with http.stream("GET", path) as answer:
        lines = answer.iter_lines()
        next(lines)
        emulator.advance(1_200)
        rest = list(lines)
    cut = [line for line in rest if line.startswith("[")]
    last = [event for event in blocks(iter(rest)) if "event_id" in event][-1]
    resumed = http.get(f"{path}&last_event_id={last['event_id']}").text

    theirs = recording_text("discuss.ai.google.dev/143098-10min-cut.legacy.2026-04.sse")
    recorded = theirs[theirs.index("\n[") :].strip()
    assert [json.loads(line) for line in cut] == [json.loads(recorded)]
    assert "interaction.completed" not in "".join(rest)
    assert resumed.endswith("event: done\ndata: [DONE]\n\n")


def test_the_stream_of_a_stalled_run_says_two_things_and_is_cut(
    http: Any, emulator: Emulator
) -> None:
    """API: forum, 143099."""
    emulator.fault(do={"stall": True})
    made = http.made("Hi.", model=GEMINI_3, background=True)

    with http.stream("GET", f"/v1/interactions/{made['id']}?stream=true") as answer:
        lines = answer.iter_lines()
        first = next(lines)
        emulator.advance(601)
        rest = list(lines)

    assert first == "event: interaction.created"
    assert [line for line in rest if line.startswith("event: ")] == [
        "event: interaction.status_update"
    ]
    assert rest[-1].startswith('[{"error":{"code":503')


def test_a_queued_run_says_so_in_its_stream(
    http: Any, emulator: Emulator, events: Any
) -> None:
    made = http.made("Hi.", model=GEMINI_3, background=True, service_tier="deferred")
    emulator.advance(2)

    replay = events(http.get(f"/v1/interactions/{made['id']}?stream=true").text)

    assert replay[0]["interaction"]["status"] == "queued"
    assert replay[1]["status"] == "in_progress"


def test_a_failed_run_tells_its_errors_in_the_last_event(
    http: Any, emulator: Emulator, events: Any
) -> None:
    errors = [{"code": "api_error", "message": "Broken."}]
    emulator.script([{"reply": {"status": "failed", "errors": errors}}])
    made = http.made("Hi.", model=GEMINI_3, background=True)
    emulator.advance(1)

    replay = events(http.get(f"/v1/interactions/{made['id']}?stream=true").text)

    assert replay[-1]["interaction"]["status"] == "failed"
    assert replay[-1]["interaction"]["errors"] == errors


def test_a_stream_that_is_followed_ends_with_the_server(
    connect: Callable[..., Any],
) -> None:
    with Emulator(clock=lambda: NOW) as emulator:
        http = connect(emulator)
        made = http.made("Hi.", model=GEMINI_3, background=True)
        request = http.build_request(
            "GET", f"/v1/interactions/{made['id']}?stream=true"
        )
        answer = http.send(request, stream=True)
        lines = answer.iter_lines()
        next(lines)

    assert list(lines)[-1].startswith('[{"error":{"code":503')

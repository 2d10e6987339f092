"""What the server shows of what it was told."""

from typing import Any

import pytest

from interactions_emulator import Emulator
from tests.emulator.results import result_of

USER = {
    "type": "user_input",
    "content": [{"text": "Weather in Paris?", "type": "text"}],
}


def test_every_request_is_shown_without_its_key(http: Any, emulator: Emulator) -> None:
    del http.headers["x-goog-api-key"]
    body = {"model": "gemini-2.5-flash", "input": "Hi."}
    answer = http.post("/v1/interactions?key=secret&alt=sse", json=body)

    (row,) = emulator.requests()

    assert row == {
        "number": 1,
        "method": "POST",
        "path": "/v1/interactions?alt=sse",
        "body": body,
        "bytes": len(answer.request.content),
        "status": 200,
        "interaction": answer.json()["id"],
    }


def test_a_body_that_is_not_json_is_shown_as_text(
    http: Any, emulator: Emulator
) -> None:
    http.post("/v1/interactions", content=b"{oops \xff")

    assert emulator.requests()[0]["body"] == "{oops �"


def test_the_transcript_is_the_whole_context_in_step_form(
    http: Any, emulator: Emulator, weather: Any
) -> None:
    first = http.made("Weather in Paris?", tools=[weather])
    call = first["steps"][-1]
    result = result_of(call)
    inside = [{"type": "user_input", "content": [result]}]
    second = http.made(inside, previous_interaction_id=first["id"])

    steps = emulator.transcript(second["id"])

    assert steps == [USER, *first["steps"], result, *second["steps"]]


def test_a_list_of_contents_is_one_user_input(http: Any, emulator: Emulator) -> None:
    contents = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]

    made = http.made(contents)

    assert emulator.transcript(made["id"])[0] == {
        "type": "user_input",
        "content": contents,
    }


def test_an_unknown_transcript_is_a_lookup_error(emulator: Emulator) -> None:
    with pytest.raises(LookupError, match="no such interaction"):
        emulator.transcript("v1_nothing")


def test_the_counters_count_what_was_done(http: Any, emulator: Emulator) -> None:
    made = http.made("Hi.")
    http.made("Hi.", store=False)
    http.get(f"/v1/interactions/{made['id']}")
    http.delete(f"/v1/interactions/{made['id']}")
    http.get(f"/v1/interactions/{made['id']}")

    stats = emulator.stats()

    assert stats.pop("bytes_in") == sum(row["bytes"] for row in emulator.requests())
    assert stats == {
        "creates": 2,
        "background_creates": 0,
        "gets": 1,
        "cancels": 0,
        "deletes": 1,
        "refused": 1,
        "tokens": 2 * made["usage"]["total_tokens"],
    }


def test_a_run_that_is_cancelled_takes_no_tokens(http: Any, emulator: Emulator) -> None:
    emulator.script([{"reply": {"text": "Later.", "wait_s": 60}}])
    made = http.made("Hi.", model="gemini-3.5-flash", background=True)
    before = emulator.stats()["tokens"]

    http.post(f"/v1/interactions/{made['id']}/cancel")

    assert (before > 0, emulator.stats()["tokens"]) == (True, 0)


def test_a_reset_forgets_everything_but_the_first_script(connect: Any) -> None:
    with Emulator(script=[{"reply": {"text": "first"}}]) as emulator:
        http = connect(emulator)
        made = http.made("Hi.")
        emulator.script(None)
        emulator.fault(do={"status": 500})
        emulator.advance(99)

        emulator.reset()

        assert emulator.requests() == []
        assert http.get(f"/v1/interactions/{made['id']}").status_code == 404
        assert http.made("Hi.")["steps"][1]["content"][0]["text"] == "first"


@pytest.mark.parametrize("seconds", [-1, "1", None])
def test_the_clock_only_moves_forwards(emulator: Emulator, seconds: Any) -> None:
    with pytest.raises(ValueError, match="advance_s"):
        emulator.advance(seconds)


def test_control_needs_no_key_and_is_not_logged(http: Any, emulator: Emulator) -> None:
    del http.headers["x-goog-api-key"]

    answer = http.get("/emulator/stats")

    assert answer.status_code == 200
    assert emulator.requests() == []


@pytest.mark.parametrize(
    ("method", "path", "body", "said"),
    [
        ("POST", "clock", {"advance": 5}, "unknown keys ['advance']; known: advance_s"),
        ("POST", "clock", [5], "the clock must be an object"),
        ("POST", "reset", {"keep": "faults"}, "unknown keys ['keep']; known: none"),
        ("DELETE", "faults", {"on": "get"}, "unknown keys ['on']; known: none"),
        ("POST", "faults", {"do": {"stall": True}, "time": 9}, "['time']; known: do"),
        ("POST", "script", {"rule": []}, "unknown keys ['rule']; known: rules"),
    ],
)
def test_a_key_that_a_route_does_not_know_is_named(
    http: Any, method: str, path: str, body: object, said: str
) -> None:
    answer = http.request(method, f"/emulator/{path}", json=body)

    assert answer.status_code == 400
    assert said in answer.json()["error"]["message"]


def test_a_fault_is_shown_as_it_was_ordered(http: Any) -> None:
    ordered = {"on": "get", "nth": 1, "do": {"status": 503}, "times": 9}
    narrow = {"match": {"stream": True}, "do": {"status": 500}, "probability": 0.5}

    told = http.post("/emulator/faults", json=[ordered, narrow]).json()

    assert told["pending"] == [
        ordered | {"hits": 0},
        narrow | {"on": "create", "nth": 1, "hits": 0},
    ]

"""What goes wrong on order."""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from interactions_emulator import Emulator
from interactions_emulator.base.effects import Effects


def test_the_nth_create_fails_and_no_other(http: Any, emulator: Emulator) -> None:
    emulator.fault(nth=2, times=2, do={"status": 503})

    statuses = [http.create("Hi.").status_code for _ in range(4)]

    assert statuses == [200, 503, 503, 200]
    assert emulator.stats()["creates"] == 2


@pytest.mark.parametrize(
    ("do", "body", "kind"),
    [
        pytest.param(
            {"status": 429},
            {
                "error": {
                    "message": "Resource has been exhausted (e.g. check quota).",
                    "code": "too_many_requests",
                }
            },
            "application/json; charset=UTF-8",
            id="object",
        ),
        pytest.param(
            {"status": 503, "shape": "array"},
            [
                {
                    "error": {
                        "code": 503,
                        "message": "The service is currently unavailable.",
                        "status": "UNAVAILABLE",
                    }
                }
            ],
            "application/json; charset=UTF-8",
            id="array",
        ),
        pytest.param(
            {"status": 403, "shape": "front_end", "message": "Blocked."},
            {
                "error": {
                    "code": 403,
                    "message": "Blocked.",
                    "status": "PERMISSION_DENIED",
                }
            },
            "application/json; charset=UTF-8",
            id="front end",
        ),
    ],
)
def test_error_bodies_come_in_the_recorded_shapes(
    http: Any, emulator: Emulator, do: Any, body: Any, kind: str
) -> None:
    emulator.fault(do=do)

    answer = http.create("Hi.")

    assert (answer.status_code, answer.json()) == (do["status"], body)
    assert answer.headers["content-type"] == kind


def test_an_error_can_be_framed_as_an_event(http: Any, emulator: Emulator) -> None:
    emulator.fault(do={"status": 400, "shape": "sse", "message": "a > b"})

    answer = http.create("Hi.", stream=True)

    assert answer.status_code == 400
    assert answer.text.startswith(
        'event: error\ndata: {"error":{"message":"a \\u003e b"'
    )


def test_retry_after_is_a_header(http: Any, emulator: Emulator) -> None:
    emulator.fault(do={"status": 429, "retry_after": 7, "code": "quota_exceeded"})

    answer = http.create("Hi.")

    assert answer.headers["retry-after"] == "7"
    assert answer.json()["error"]["code"] == "quota_exceeded"


@pytest.mark.parametrize(("when", "made"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize("stream", [False, True])
def test_a_lost_answer_is_a_closed_socket(
    http: Any, emulator: Emulator, when: str, made: int, *, stream: bool
) -> None:
    emulator.fault(do={"close": when})

    with pytest.raises(httpx.RemoteProtocolError):
        http.create("Hi.", stream=stream)

    assert emulator.stats()["creates"] == made
    assert emulator.requests()[-1]["status"] is None


def test_the_work_of_a_lost_answer_stays(http: Any, emulator: Emulator) -> None:
    emulator.fault(do={"close": "after"})
    with pytest.raises(httpx.RemoteProtocolError):
        http.create("My name is Ada.")

    lost = emulator.requests()[-1]["interaction"]

    assert http.get(f"/v1/interactions/{lost}").json()["status"] == "completed"


def test_an_error_may_come_after_the_work(http: Any, emulator: Emulator) -> None:
    emulator.fault(do={"status": 500, "worked": True})

    assert http.create("Hi.").status_code == 500
    assert emulator.stats()["creates"] == 1


def test_a_stream_may_end_silently(http: Any, emulator: Emulator) -> None:
    emulator.fault(do={"truncate_after_events": 3})

    text = http.create("Hi.", stream=True).text

    assert text.count("event: ") == 3
    assert "interaction.completed" not in text
    assert "[DONE]" not in text


def test_a_stream_may_break_off(http: Any, emulator: Emulator) -> None:
    emulator.fault(do={"truncate_after_events": 3, "how": "abrupt"})

    with pytest.raises(httpx.RemoteProtocolError):
        http.create("Hi.", stream=True)


def test_a_stream_may_end_in_a_bare_array(http: Any, emulator: Emulator) -> None:
    """API: seen after exactly 600 s (forum, April 2026)."""
    emulator.fault(do={"truncate_after_events": 2, "how": "array"})

    text = http.create("Hi.", stream=True).text

    (cut,) = json.loads(text.split("\n\n")[-1])
    assert cut["error"]["status"] == "UNAVAILABLE"


def test_an_error_event_may_come_in_mid_stream(
    http: Any, emulator: Emulator, events: Any
) -> None:
    emulator.fault(do={"error_event_after": 4})

    streamed = events(http.create("Hi.", stream=True).text)

    assert streamed[4:] == [
        {
            "error": {
                "message": "Deadline expired before operation could complete.",
                "code": "gateway_timeout",
            },
            "event_type": "error",
        }
    ]


def test_the_result_of_a_broken_stream_may_be_lost(
    http: Any, emulator: Emulator
) -> None:
    emulator.fault(do={"truncate_after_events": 3, "lost": True})
    http.create("Hi.", stream=True)

    lost = emulator.requests()[-1]["interaction"]

    assert http.get(f"/v1/interactions/{lost}").status_code == 404


def test_the_parent_may_be_forgotten(http: Any, emulator: Emulator) -> None:
    first = http.made("One.")
    emulator.fault(do={"expire": True})

    refused = http.refused("Two.", previous_interaction_id=first["id"])

    assert refused == (404, "Requested entity was not found.")
    assert http.get(f"/v1/interactions/{first['id']}").status_code == 404


def test_a_chain_may_be_re_rooted(
    http: Any, emulator: Emulator, answer_text: Any
) -> None:
    """API: the id then names another root, and the context is gone (#3003)."""
    first = http.made("My name is Ada.")
    emulator.fault(do={"reroot": True}, match={"chained": True})

    second = http.made("What is my name?", previous_interaction_id=first["id"])

    assert second["id"][:34] != first["id"][:34]
    assert answer_text(second).startswith("I do not know")
    assert len(emulator.transcript(second["id"])) == 3


def test_a_fresh_id_may_be_unknown_for_a_while(http: Any, emulator: Emulator) -> None:
    emulator.fault(do={"hide_s": 30})
    made = http.made("Hi.")

    early = http.get(f"/v1/interactions/{made['id']}").status_code
    emulator.advance(31)

    assert early == 404
    assert http.get(f"/v1/interactions/{made['id']}").status_code == 200


def test_faults_concern_only_what_they_match(http: Any, emulator: Emulator) -> None:
    emulator.fault(match={"contains": "bad", "stream": False}, do={"status": 500})

    assert http.create("good").status_code == 200
    assert http.create("bad", stream=True).status_code == 200
    assert http.create("so bad").status_code == 500


@pytest.mark.parametrize("on", ["get", "delete", "any"])
def test_other_requests_fail_too(http: Any, emulator: Emulator, on: str) -> None:
    path = f"/v1/interactions/{http.made('Hi.')['id']}"
    emulator.fault(on=on, do={"status": 503})

    failed = http.delete(path) if on == "delete" else http.get(path)

    assert failed.status_code == 503
    assert http.get(path).status_code == 200


def test_a_null_is_as_good_as_no_key(http: Any, emulator: Emulator) -> None:
    nulls = {"how": None, "repeat_events_from": None, "status": None}
    emulator.fault(do={"truncate_after_events": 3} | nulls)

    text = http.create("Hi.", stream=True).text

    assert text.count("event: ") == 3


def test_the_page_lists_every_effect() -> None:
    rows = re.findall(r"^\| (`.+?) \|", _section("## Faults"), re.MULTILINE)
    listed = {key for row in rows for key in re.findall(r"`(\w+)", row)} - {"do"}
    # Told beside the keys that they belong to.
    listed |= {"how"}

    assert listed - {"before", "after"} == set(Effects.__annotations__)


def _section(heading: str) -> str:
    page = Path(__file__).parents[2] / "docs" / "emulator.md"
    return page.read_text().partition(heading)[2].partition("\n## ")[0]


def test_faults_can_be_cancelled(http: Any, emulator: Emulator) -> None:
    emulator.fault(do={"status": 503})

    emulator.clear_faults()

    assert http.create("Hi.").status_code == 200


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"on": "creates", "do": {"status": 500}}, id="on"),
        pytest.param({"do": {}}, id="nothing"),
        pytest.param({"do": {"explode": 1}}, id="unknown effect"),
        pytest.param({"do": {"status": 500}, "match": {"size": 1}}, id="unknown match"),
        pytest.param({"do": {"close": "soon"}}, id="close"),
        pytest.param({"do": {"status": "500"}}, id="status"),
        pytest.param({"do": {"shape": "xml", "status": 500}}, id="shape"),
        pytest.param({"do": {"hide_s": "1"}}, id="hide"),
        pytest.param({"do": {"status": 500}, "nth": 0}, id="nth"),
        pytest.param({"do": {"status": 500}, "probability": 2}, id="probability"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(
    emulator: Emulator, fault: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        emulator.fault(**fault)


def statuses_by_chance(http: Any, emulator: Emulator, seed: int) -> list[int]:
    emulator.clear_faults()
    emulator.fault(probability=0.5, seed=seed, do={"status": 503})
    return [http.create("Hi.").status_code for _ in range(40)]


def test_a_seed_makes_the_same_requests_fail(http: Any, emulator: Emulator) -> None:
    first, again = (statuses_by_chance(http, emulator, seed=7) for _ in range(2))
    other = statuses_by_chance(http, emulator, seed=8)

    assert first == again != other
    assert set(first) == {200, 503}


def test_faults_by_chance_end_after_so_many(http: Any, emulator: Emulator) -> None:
    emulator.fault(probability=0.9, times=3, do={"status": 503})

    statuses = [http.create("Hi.").status_code for _ in range(20)]

    assert statuses.count(503) == 3


def test_a_malformed_event_leaves_the_rest_whole(http: Any, emulator: Emulator) -> None:
    emulator.fault(do={"malformed_event_after": 3})

    frames = http.create("Hi.", stream=True).text.strip().split("\n\n")

    broken = [frame for frame in frames if frame.endswith('"text":')]
    assert len(broken) == 1
    assert frames.index(broken[0]) == 3
    assert frames[-1] == "event: done\ndata: [DONE]"


def test_events_come_twice_from_the_ordered_one_on(
    http: Any, emulator: Emulator
) -> None:
    whole = http.create("Hi.", stream=True).text.strip().split("\n\n")
    emulator.fault(do={"repeat_events_from": 3})

    frames = http.create("Hi.", stream=True).text.strip().split("\n\n")

    twice = len(whole) - 1 - 3
    assert len(frames) == len(whole) + twice
    assert frames[3:-1:2] == frames[4:-1:2]
    assert len(set(frames)) == len(whole)


def test_a_stalled_stream_says_nothing_until_the_client_leaves(
    http: Any, emulator: Emulator
) -> None:
    emulator.fault(do={"stall_after_events": 2})

    asked = {"model": "gemini-2.5-flash", "input": "Hi.", "stream": True}
    with pytest.raises(httpx.ReadTimeout):
        http.post("/v1/interactions", json=asked, timeout=0.3)

    assert http.create("Hi.").status_code == 200


@pytest.mark.parametrize("stream", [False, True])
def test_slow_bytes_add_up_to_the_same_answer(
    http: Any, emulator: Emulator, *, stream: bool
) -> None:
    whole = http.create("Hi.", stream=stream)
    emulator.fault(do={"slow_bytes_s": 0.001})

    slow = http.create("Hi.", stream=stream)

    assert slow.headers["content-type"] == whole.headers["content-type"]
    assert len(slow.text) == len(whole.text)


@pytest.mark.parametrize("stream", [False, True])
def test_an_interaction_is_answered_without_what_is_to_be_missing(
    http: Any, emulator: Emulator, *, stream: bool
) -> None:
    emulator.fault(do={"without": ["id", "steps"]})

    answer = http.create("Hi.", stream=stream)

    assert answer.status_code == 200
    assert not re.search(r'"id"|"steps"|"step"', answer.text)
    assert '"status":"completed"' in answer.text
    assert emulator.requests()[0]["interaction"]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("instead", "came"),
    [
        pytest.param({"body": {}}, (200, "application/json", "{}"), id="an object"),
        pytest.param({"status": 204}, (204, "application/json", ""), id="nothing"),
        pytest.param(
            {"body": "<p>", "kind": "text/html"}, (200, "text/html", "<p>"), id="a page"
        ),
    ],
)
def test_something_else_comes_in_place_of_an_answer_when_the_work_is_done(
    http: Any, emulator: Emulator, instead: Any, came: Any, *, stream: bool
) -> None:
    emulator.fault(do={"instead": instead | {"headers": {"x-request-id": "r"}}})

    answer = http.create("Hi.", stream=stream)

    kind = answer.headers["content-type"].partition(";")[0]
    assert (answer.status_code, kind, answer.text) == came
    assert answer.headers["x-request-id"] == "r"
    assert emulator.stats()["creates"] == 1


@pytest.mark.parametrize(
    ("do", "said"),
    [
        ({"without": "id"}, "needs without to be a list of names"),
        ({"instead": {"text": "x"}}, "unknown keys"),
        ({"instead": {"status": 503}}, "needs a status from 200 to 399"),
    ],
)
def test_a_strange_answer_that_makes_no_sense_is_refused(
    emulator: Emulator, do: Any, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        emulator.fault(do=do)

"""Background work: due by the emulator's clock, cancelled, kept, and refused."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from interactions_emulator import Emulator
from tests.emulator.results import result_of
from tests.patience import PATIENCE_S

GEMINI_3 = "gemini-3.7-flash"
INVALID = "Request contains an invalid argument."
NOW = 1_800_000_000.0


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """An emulator whose clock stands still until it is moved."""
    with Emulator(clock=lambda: NOW) as running:
        yield running


@pytest.fixture
def begin(http: Any) -> Callable[..., dict[str, Any]]:
    def begin(text: str = "Hi.", **body: Any) -> dict[str, Any]:
        return http.made(text, **({"model": GEMINI_3, "background": True} | body))

    return begin


@pytest.fixture
def read(http: Any) -> Callable[..., dict[str, Any]]:
    def read(made: dict[str, Any], query: str = "") -> dict[str, Any]:
        return http.get(f"/v1/interactions/{made['id']}{query}").json()

    return read


def test_a_background_create_answers_at_once_with_the_minimal_body(begin: Any) -> None:
    """API: exactly these keys (recorded 2026-05-13)."""
    made = begin()

    assert list(made) == ["id", "status", "created", "updated", "object", "model"]
    assert made["status"] == "in_progress"


def test_a_run_finishes_when_the_clock_is_moved(
    begin: Any, read: Any, emulator: Emulator, answer_text: Any
) -> None:
    made = begin("My name is Ada.")

    before = read(made)
    emulator.advance(1)
    after = read(made)

    assert before == made
    assert after["status"] == "completed"
    assert "My name is Ada." in answer_text(after)
    assert after["created"] == made["created"] == after["updated"]


def test_a_run_finishes_when_real_time_passes(connect: Callable[..., Any]) -> None:
    with Emulator(job_s=0.05) as emulator:
        http = connect(emulator)
        path = (
            "/v1/interactions/"
            + http.made("Hi.", model=GEMINI_3, background=True)["id"]
        )

        http.get(path + "?stream=true")

        assert http.get(path).json()["status"] == "completed"


@pytest.mark.parametrize("key", ["wait_s", "delay_s"])
def test_a_script_says_how_long_the_work_takes(
    begin: Any, read: Any, emulator: Emulator, key: str
) -> None:
    emulator.script([{"when": {"background": True}, "reply": {"text": "x", key: 90}}])
    made = begin()

    emulator.advance(89)
    before = read(made)["status"]
    emulator.advance(1)

    assert (before, read(made)["status"]) == ("in_progress", "completed")


def test_a_deferred_run_is_queued_first(
    begin: Any, read: Any, emulator: Emulator
) -> None:
    """API: only this tier has a queue (docs)."""
    made = begin(service_tier="deferred")

    emulator.advance(1)
    running = read(made)["status"]
    emulator.advance(1)

    assert made["status"] == "queued"
    assert (running, read(made)["status"]) == ("in_progress", "completed")


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        pytest.param({"text": "half"}, "incomplete", id="incomplete"),
        pytest.param({"text": "half"}, "budget_exceeded", id="budget"),
        pytest.param(
            {"errors": [{"code": "api_error", "message": "Broken."}]},
            "failed",
            id="failed",
        ),
        pytest.param({"calls": [{"name": "f"}]}, "requires_action", id="call"),
    ],
)
def test_a_run_may_end_otherwise(
    begin: Any, read: Any, emulator: Emulator, reply: dict[str, Any], status: str
) -> None:
    emulator.script([{"reply": reply | {"status": status}}])
    made = begin()

    emulator.advance(1)

    ended = read(made)
    assert ended["status"] == status
    assert ended.get("errors") == reply.get("errors")


def test_the_result_of_a_run_can_be_continued_but_not_before_its_end(
    begin: Any, http: Any, emulator: Emulator, answer_text: Any
) -> None:
    made = begin("My name is Ada.")

    early = http.refused("What is my name?", previous_interaction_id=made["id"])
    emulator.advance(1)
    late = http.made("What is my name?", previous_interaction_id=made["id"])

    assert early == (400, INVALID)
    assert answer_text(late) == "Your name is Ada."


def test_a_call_in_the_background_is_answered_by_a_new_create(
    begin: Any, read: Any, http: Any, emulator: Emulator, weather: Any
) -> None:
    made = begin("What is the weather in Rome?", tools=[weather])
    emulator.advance(1)
    call = read(made)["steps"][-1]
    result = result_of(call)

    second = http.made([result], model=GEMINI_3, previous_interaction_id=made["id"])

    assert read(made)["status"] == "requires_action"
    assert second["status"] == "completed"


def test_cancelling_stops_a_run_for_good(
    begin: Any, read: Any, http: Any, emulator: Emulator
) -> None:
    made = begin()

    cancelled = http.post(f"/v1/interactions/{made['id']}/cancel")
    emulator.advance(10)

    assert cancelled.status_code == 200
    assert cancelled.json() == made | {"status": "cancelled"}
    assert read(made) == cancelled.json()


def test_a_cancelled_run_cannot_be_a_parent(begin: Any, http: Any) -> None:
    made = begin()
    http.post(f"/v1/interactions/{made['id']}/cancel")

    assert http.refused("Go on.", previous_interaction_id=made["id"]) == (400, INVALID)


def test_what_is_over_or_unknown_cannot_be_cancelled(
    begin: Any, http: Any, emulator: Emulator
) -> None:
    done, deleted = begin(), begin()
    emulator.advance(1)
    http.delete(f"/v1/interactions/{deleted['id']}")

    statuses = [
        http.post(f"/v1/interactions/{one}/cancel").status_code
        for one in (done["id"], deleted["id"], "v1_bogus")
    ]

    assert statuses == [400, 404, 400]


def test_only_background_creates_and_cancels_that_work_are_counted(
    begin: Any, http: Any, emulator: Emulator
) -> None:
    path = f"/v1/interactions/{begin()['id']}/cancel"
    http.made("Foreground.")

    http.post(path)
    http.post(path)

    stats = emulator.stats()
    assert (stats["creates"], stats["background_creates"]) == (2, 1)
    assert (stats["cancels"], stats["refused"]) == (1, 1)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param(
            {"model": "gemini-2.5-flash"},
            "Model 'gemini-2.5-flash' does not support background interactions.",
            id="2.5",
        ),
        pytest.param(
            {"model": "gemini-3.1-flash-image"},
            "Model 'gemini-3.1-flash-image' does not support background interactions.",
            id="image model",
        ),
        pytest.param(
            {"store": False},
            "store=true is required for background interactions",
            id="store",
        ),
        pytest.param(
            {"service_tier": "deferred", "stream": True}, INVALID, id="deferred stream"
        ),
        pytest.param(
            {"service_tier": "deferred", "background": False}, INVALID, id="deferred"
        ),
        pytest.param(
            {"webhook_config": {"uris": []}, "background": False}, INVALID, id="webhook"
        ),
        pytest.param(
            {"agent_config": {"type": "dynamic"}},
            "Unknown parameter 'agent_config'.",
            id="agent_config of a model",
        ),
    ],
)
def test_what_cannot_run_in_the_background_is_refused(
    http: Any, body: dict[str, Any], message: str
) -> None:
    refused = http.refused("Hi.", **({"model": GEMINI_3, "background": True} | body))

    assert refused == (400, message)


@pytest.mark.parametrize("model", ["gemini-omni-1.1-flash", "lyria-3-pro-preview"])
def test_omni_and_lyria_run_in_the_background(begin: Any, model: str) -> None:
    """API: live notes, Aug 2026."""
    assert begin(model=model)["status"] == "in_progress"


def test_a_job_survives_a_restart_and_finishes(
    tmp_path: Path, connect: Callable[..., Any]
) -> None:
    options: dict[str, Any] = {"state": tmp_path / "state.db", "clock": lambda: NOW}
    with Emulator(**options) as emulator:
        http = connect(emulator)
        body = {"model": GEMINI_3, "background": True}
        running, cancelled = http.made("Go.", **body), http.made("Stop.", **body)
        http.post(f"/v1/interactions/{cancelled['id']}/cancel")

    with Emulator(**options) as emulator:
        http = connect(emulator)
        path = f"/v1/interactions/{running['id']}"
        before = http.get(path).json()
        emulator.advance(1)
        after = http.get(path).json()["status"]
        stopped = http.get(f"/v1/interactions/{cancelled['id']}").json()["status"]

    assert before == running
    assert (after, stopped) == ("completed", "cancelled")


def test_a_stalled_job_never_ends_but_can_be_cancelled(
    begin: Any, read: Any, http: Any, emulator: Emulator
) -> None:
    """API: such zombies were reported."""
    emulator.fault(do={"stall": True})
    made = begin()

    emulator.advance(86_400)
    before = read(made)["status"]
    http.post(f"/v1/interactions/{made['id']}/cancel")

    assert (before, read(made)["status"]) == ("in_progress", "cancelled")


def test_polls_of_running_work_may_be_refused_for_a_while(
    begin: Any, http: Any, emulator: Emulator
) -> None:
    """API: seen live with this text (Aug 2026)."""
    emulator.fault(on="get", match={"running": True}, times=2, do={"status": 403})
    path = f"/v1/interactions/{begin()['id']}"
    over = http.made("Over.")

    answers = [http.get(path) for _ in range(3)]

    assert http.get(f"/v1/interactions/{over['id']}").status_code == 200
    assert [answer.status_code for answer in answers] == [403, 403, 200]
    assert answers[0].json()["error"] == {
        "message": "There was a problem processing your request."
        " You will not be charged.",
        "code": "permission_denied",
    }


@pytest.mark.parametrize(
    "do",
    [
        pytest.param(
            {"status": 404, "message": "Method not found.", "shape": "array"}, id="404"
        ),
        pytest.param({"status": 403}, id="403"),
        pytest.param({"status": 500}, id="500"),
    ],
)
def test_a_cancel_may_fail_and_the_run_goes_on(
    begin: Any, read: Any, http: Any, emulator: Emulator, do: dict[str, Any]
) -> None:
    """API: all three were seen in 2026."""
    emulator.fault(on="cancel", do=do)
    made = begin()

    answer = http.post(f"/v1/interactions/{made['id']}/cancel")
    emulator.advance(1)

    assert answer.status_code == do["status"]
    assert isinstance(answer.json(), list) is ("shape" in do)
    assert read(made)["status"] == "completed"


def test_a_running_job_may_be_unknown_for_a_while(
    begin: Any, http: Any, emulator: Emulator
) -> None:
    """API: python-genai#2985."""
    emulator.fault(match={"background": True}, do={"hide_s": 30})
    path = f"/v1/interactions/{begin()['id']}"

    early = http.get(path).status_code
    emulator.advance(30)

    assert (early, http.get(path).json()["status"]) == (404, "completed")


def test_the_transcript_of_a_running_job_has_no_answer_yet(
    begin: Any, emulator: Emulator
) -> None:
    made = begin()

    before = emulator.transcript(made["id"])
    emulator.advance(1)

    assert [step["type"] for step in before] == ["user_input"]
    assert len(emulator.transcript(made["id"])) == 3


def test_scripted_foreground_work_takes_its_time_on_the_clock(
    http: Any, emulator: Emulator
) -> None:
    emulator.script([{"reply": {"text": "x", "wait_s": 90}}])
    with ThreadPoolExecutor() as pool:
        future = pool.submit(http.made, "Hi.")
        while not emulator.requests():
            pass
        assert not future.done()
        emulator.advance(90)

        assert future.result(PATIENCE_S)["status"] == "completed"

"""Chains, forks, storage and forgetting, over plain HTTP."""

from collections.abc import Callable
from typing import Any

import pytest

from interactions_emulator import Emulator
from tests.emulator.results import result_of

DAY_S = 86_400


def test_a_chained_turn_knows_what_was_said(http: Any, answer_text: Any) -> None:
    first = http.made("My name is Ada.")

    second = http.made("What is my name?", previous_interaction_id=first["id"])

    assert answer_text(second) == "Your name is Ada."


def test_an_unchained_turn_does_not_know_what_was_said(
    http: Any, answer_text: Any
) -> None:
    http.made("My name is Ada.")

    second = http.made("What is my name?")

    assert answer_text(second).startswith("I do not know your name")


def test_any_stored_interaction_may_be_a_parent_many_times(
    http: Any, answer_text: Any
) -> None:
    root = http.made("My colour is green.")
    red = http.made("My colour is red.", previous_interaction_id=root["id"])

    from_root = http.made("What is my colour?", previous_interaction_id=root["id"])
    from_red = http.made("What is my colour?", previous_interaction_id=red["id"])

    assert answer_text(from_root) == "Your colour is green."
    assert answer_text(from_red) == "Your colour is red."


@pytest.mark.parametrize(
    ("status", "is_parent"),
    [
        ("completed", True),
        ("idle", True),
        ("incomplete", True),
        ("budget_exceeded", True),
        ("requires_continuation", True),
        ("failed", False),
    ],
)
def test_an_interaction_that_is_over_with_an_answer_may_be_a_parent(
    http: Any, emulator: Emulator, status: str, *, is_parent: bool
) -> None:
    emulator.script(
        [{"reply": {"text": "Half.", "status": status}}, {"reply": {"text": "Whole."}}]
    )
    first = http.made("My colour is green.")

    second = http.create("Go on.", previous_interaction_id=first["id"])

    assert first["status"] == status
    assert second.status_code == (200 if is_parent else 400)


def test_nothing_but_the_conversation_is_inherited(http: Any, weather: Any) -> None:
    """API: tools, system instruction and generation config are sent every turn."""
    first = http.made("Hello.", tools=[weather])

    second = http.made(
        "Call get_weather for Paris.", previous_interaction_id=first["id"]
    )

    assert second["status"] == "completed"


def test_an_interaction_that_is_not_stored_has_no_id(http: Any, events: Any) -> None:
    """API: JSON without the key, empty strings in a stream (recorded)."""
    unary = http.made("Hi.", store=False)
    streamed = events(http.create("Hi.", store=False, stream=True).text)

    assert "id" not in unary
    assert streamed[0]["interaction"]["id"] == streamed[1]["interaction_id"] == ""
    assert streamed[-1]["interaction"]["id"] == ""


def test_an_interaction_that_is_not_stored_shows_its_context_to_tests(
    http: Any, emulator: Emulator
) -> None:
    http.made("Hi.", store=False)

    (row,) = emulator.requests()

    steps = emulator.transcript(row["interaction"])
    assert [step["type"] for step in steps] == ["user_input", "thought", "model_output"]
    assert http.get(f"/v1/interactions/{row['interaction']}").status_code == 404


def test_a_deleted_interaction_is_gone_and_its_children_cannot_be_continued(
    http: Any,
) -> None:
    first = http.made("One.")
    second = http.made("Two.", previous_interaction_id=first["id"])

    deleted = http.delete(f"/v1/interactions/{first['id']}")

    assert (deleted.status_code, deleted.text) == (200, "{}")
    assert http.get(f"/v1/interactions/{first['id']}").status_code == 404
    assert http.get(f"/v1/interactions/{second['id']}").status_code == 200
    assert http.refused("Three.", previous_interaction_id=second["id"]) == (
        404,
        "Requested entity was not found.",
    )


def test_orphans_may_instead_go_on_with_what_is_left(
    connect: Callable[..., Any], answer_text: Any
) -> None:
    with Emulator(orphans="truncate") as emulator:
        http = connect(emulator)
        first = http.made("My name is Ada.")
        second = http.made("My city is Turin.", previous_interaction_id=first["id"])
        http.delete(f"/v1/interactions/{first['id']}")

        third = http.made(
            "What is my name and my city?", previous_interaction_id=second["id"]
        )

    assert "I do not know your name" in answer_text(third)
    assert "Your city is Turin." in answer_text(third)


@pytest.mark.parametrize(
    ("retention_s", "days_alive", "days_gone"),
    [
        pytest.param(55 * DAY_S, 54, 2, id="paid"),
        pytest.param(DAY_S, 0.9, 0.2, id="free"),
    ],
)
def test_interactions_expire_by_the_emulators_clock(
    connect: Callable[..., Any], retention_s: float, days_alive: float, days_gone: float
) -> None:
    with Emulator(retention_s=retention_s) as emulator:
        http = connect(emulator)
        path = "/v1/interactions/" + http.made("Hi.")["id"]

        emulator.advance(days_alive * DAY_S)
        before = http.get(path).status_code
        emulator.advance(days_gone * DAY_S)

        assert (before, http.get(path).status_code) == (200, 404)


def test_a_young_child_of_an_expired_interaction_cannot_be_continued(
    http: Any, emulator: Emulator
) -> None:
    first = http.made("One.")
    emulator.advance(54 * DAY_S)
    second = http.made("Two.", previous_interaction_id=first["id"])

    emulator.advance(2 * DAY_S)

    assert http.get(f"/v1/interactions/{second['id']}").status_code == 200
    assert http.refused("Three.", previous_interaction_id=second["id"])[0] == 404


def test_interactions_belong_to_the_key_that_made_them(
    emulator: Emulator, connect: Callable[..., Any]
) -> None:
    ours, theirs = connect(emulator, "our key"), connect(emulator, "their key")
    made = ours.made("Hi.")

    assert theirs.get(f"/v1/interactions/{made['id']}").status_code == 404
    assert theirs.refused("Hi.", previous_interaction_id=made["id"])[0] == 404


def test_chained_ids_carry_the_root_of_the_chain(http: Any) -> None:
    """API: field 1 of the id is the conversation's root (recorded, 11 of 11)."""
    first = http.made("One.")
    second = http.made("Two.", previous_interaction_id=first["id"])
    third = http.made("Three.", previous_interaction_id=second["id"])

    assert first["id"][:34] == second["id"][:34] == third["id"][:34]
    assert len({first["id"], second["id"], third["id"]}) == 3


def test_the_input_counts_the_visible_history_again(http: Any) -> None:
    """API: input(n) = input(n-1) + output(n-1) + new, without thoughts (July 2026)."""
    first = http.made("abcd" * 5)["usage"]
    chain = http.made("abcd" * 5)
    second = http.made("abcd" * 3, previous_interaction_id=chain["id"])["usage"]

    expected = first["total_input_tokens"] + first["total_output_tokens"] + 3
    assert second["total_input_tokens"] == expected
    for usage in (first, second):
        parts = [
            usage[f"total_{kind}_tokens"] for kind in ("input", "output", "thought")
        ]
        assert usage["total_tokens"] == sum(parts)


def test_tools_that_are_sent_again_are_not_counted_again(
    http: Any, weather: Any
) -> None:
    first = http.made("What is the weather in Paris?", tools=[weather])
    call = first["steps"][-1]
    result = result_of(call, "abcdefgh")

    second = http.made([result], previous_interaction_id=first["id"], tools=[weather])

    usage = first["usage"]
    counted = usage["total_input_tokens"] + usage["total_output_tokens"]
    # The result's eight letters and its name, at four to a token, and little more.
    most = 6 + len(call["name"]) / 4
    assert 0 < second["usage"]["total_input_tokens"] - counted < most


def test_a_stored_stream_is_kept_before_its_first_event(http: Any, events: Any) -> None:
    streamed = events(http.create("Hi there.", stream=True).text)

    kept = http.get(f"/v1/interactions/{streamed[0]['interaction']['id']}").json()

    assert kept["usage"] == streamed[-1]["interaction"]["usage"]


def test_cancelling_what_is_over_is_refused(http: Any) -> None:
    made = http.made("Hi.")

    answer = http.post(f"/v1/interactions/{made['id']}/cancel")

    assert answer.status_code == 400
    assert answer.json()["error"] == {
        "message": "Interaction is already completed.",
        "code": "invalid_request",
    }


@pytest.mark.parametrize(
    "path",
    [
        "/v1/interactions",
        "/v1beta/interactions",
        "/v1beta1/interactions",
        "/v1beta1/projects/p/locations/global/interactions",
    ],
)
def test_every_path_of_the_api_is_served(http: Any, path: str) -> None:
    made = http.post(path, json={"model": "gemini-2.5-flash", "input": "Hi."}).json()

    assert http.get(f"{path}/{made['id']}").json() == made
    assert made["id"].startswith("v1_") is not path.startswith("/v1beta1")


def test_a_limit_that_thinking_uses_up_leaves_no_steps(http: Any) -> None:
    """API: status incomplete, no `steps` key at all (recorded)."""
    made = http.made("Hi.", generation_config={"max_output_tokens": 3})

    assert made["status"] == "incomplete"
    assert "steps" not in made
    assert made["usage"]["total_output_tokens"] == 0


def test_thinking_summaries_appear_when_asked_for(http: Any, events: Any) -> None:
    config = {"thinking_summaries": "auto"}

    unary = http.made("Hi.", generation_config=config)
    streamed = events(http.create("Hi.", generation_config=config, stream=True).text)

    assert unary["steps"][0]["summary"][0]["text"].startswith("**Reading")
    assert "thought_summary" in [e.get("delta", {}).get("type") for e in streamed]

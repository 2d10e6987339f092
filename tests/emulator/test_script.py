"""Scripted replies, and what a script says when nothing matches."""

from typing import Any

import pytest

from interactions_emulator import Emulator


def test_the_first_matching_rule_answers(
    http: Any, emulator: Emulator, answer_text: Any
) -> None:
    emulator.script(
        [
            {"when": {"last_user_contains": "weather"}, "reply": {"text": "Sunny."}},
            {"when": {"turn": 2}, "reply": {"text": "Second turn."}},
        ]
    )

    first = http.made("How is the weather?")
    second = http.made("And now?", previous_interaction_id=first["id"])
    third = http.made("Hello.")

    assert [answer_text(one) for one in (first, second)] == ["Sunny.", "Second turn."]
    assert answer_text(third).startswith("Understood.")


def test_a_sequence_is_spent_once(
    http: Any, emulator: Emulator, answer_text: Any
) -> None:
    emulator.script([{"sequence": [{"text": "one"}, {"text": "two"}]}])

    texts = [answer_text(http.made("Next.")) for _ in range(3)]

    assert texts[:2] == ["one", "two"]
    assert texts[2].startswith("Understood.")


def test_a_rule_can_be_limited(http: Any, emulator: Emulator, answer_text: Any) -> None:
    emulator.script(
        [{"reply": {"text": "once"}, "times": 1}, {"reply": {"text": "later"}}]
    )

    assert [answer_text(http.made("Hi.")) for _ in range(3)] == [
        "once",
        "later",
        "later",
    ]


def test_calls_and_text_can_be_scripted(http: Any, emulator: Emulator) -> None:
    call = {"name": "f", "arguments": {"a": 1}}
    emulator.script(
        [{"reply": {"text": "Let me see.", "calls": [call, {"name": "g"}]}}]
    )

    made = http.made("Hi.")

    assert made["status"] == "requires_action"
    kinds = [step["type"] for step in made["steps"]]
    assert kinds == ["thought", "model_output", "function_call", "function_call"]
    assert [s["arguments"] for s in made["steps"][2:]] == [{"a": 1}, {}]


def test_thinking_can_be_scripted(http: Any, emulator: Emulator) -> None:
    emulator.script(
        [
            {
                "sequence": [
                    {"text": "a", "thought": "Hm."},
                    {"text": "b", "thought": False},
                ]
            }
        ]
    )

    shown, none = http.made("Hi."), http.made("Hi.")

    assert shown["steps"][0]["summary"] == [{"text": "Hm.", "type": "text"}]
    assert none["usage"]["total_thought_tokens"] == 0
    assert none["steps"][0]["signature"].startswith("CiRlMjQ4")


def test_raw_steps_and_a_status_can_be_scripted(http: Any, emulator: Emulator) -> None:
    steps = [
        {"id": "s1", "type": "google_search_call", "arguments": {"queries": ["q"]}},
        {
            "call_id": "s1",
            "type": "google_search_result",
            "result": [],
            "is_error": False,
        },
    ]
    emulator.script([{"reply": {"steps": steps, "status": "budget_exceeded"}}])

    made = http.made("Hi.")

    assert (made["steps"], made["status"]) == (steps, "budget_exceeded")


def test_a_failed_interaction_cannot_be_continued(
    http: Any, emulator: Emulator
) -> None:
    error = {"code": 13, "message": "Internal error encountered."}
    emulator.script([{"reply": {"status": "failed", "steps": [], "errors": [error]}}])

    made = http.made("Hi.")

    assert (made["status"], made["errors"]) == ("failed", [error])
    assert http.refused("Go on.", previous_interaction_id=made["id"])[0] == 400


def test_an_error_can_be_scripted(http: Any, emulator: Emulator) -> None:
    error = {"status": 429, "message": "Slow down.", "code": "rate_limit_exceeded"}
    emulator.script([{"reply": {"error": error}}])

    answer = http.create("Hi.")

    assert answer.status_code == 429
    assert answer.json()["error"] == {
        "message": "Slow down.",
        "code": "rate_limit_exceeded",
    }


def test_a_strict_script_explains_its_miss(http: Any, emulator: Emulator) -> None:
    rules = [
        {"when": {"turn": 7, "last_user_contains": "x"}, "reply": {"text": "a"}},
        {"when": {"last_user_contains": "weather"}, "reply": {"text": "b"}},
    ]
    emulator.script({"rules": rules, "strict": True})

    status, message = http.refused("Hello.")

    assert status == 400
    assert message == (
        "No scripted reply for turn 1 ('Hello.'). Nearest is rule 2:"
        " last_user_contains 'weather' is not met: found 'Hello.'."
    )


@pytest.mark.parametrize(
    ("when", "met"),
    [
        ({"last_user_contains": ["paris", "weather"]}, True),
        ({"last_user_matches": "^W.*\\?$"}, True),
        ({"context_contains": "Hello"}, True),
        ({"context_contains": "Goodbye"}, False),
        ({"system_contains": "brief"}, True),
        ({"model": "gemini-2.5-flash"}, True),
        ({"has_tool": "get_weather"}, True),
        ({"has_tool": "other"}, False),
        ({"stream": False, "store": True, "chained": True}, True),
        ({"chained": False}, False),
        ({"last_step": "user_input"}, True),
        ({"last_result_contains": "x"}, False),
    ],
)
def test_conditions(
    http: Any,
    emulator: Emulator,
    weather: Any,
    answer_text: Any,
    when: Any,
    *,
    met: bool,
) -> None:
    first = http.made("Hello.")
    emulator.script(
        [{"when": when, "reply": {"text": "yes"}}, {"reply": {"text": "no"}}]
    )

    made = http.made(
        "Weather in Paris?",
        previous_interaction_id=first["id"],
        system_instruction="Be brief.",
        tools=[weather],
    )

    assert answer_text(made) == ("yes" if met else "no")


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("x", "rules to be a list"),
        ([1], "rule 1 must be an object"),
        ([{"reply": {"txt": 1}}], "unknown keys ['txt']"),
        ([{"when": {"turns": 1}, "reply": {}}], "unknown keys ['turns']"),
        ([{}], "must be an object"),
        ([{"sequence": []}], "needs a reply"),
        ([{"reply": {"calls": [{}]}}], "need a name"),
        ([{"when": {"last_user_matches": "("}, "reply": {}}], "bad pattern"),
    ],
)
def test_a_script_that_cannot_be_read_is_refused(
    emulator: Emulator, script: Any, problem: str
) -> None:
    with pytest.raises(ValueError, match=r"rule 1|script") as refused:
        emulator.script(script)

    assert problem in str(refused.value)


def test_hops_continue_by_token(
    http: Any, emulator: Emulator, answer_text: Any
) -> None:
    """SDK: a stored hop is continued with its id and token, without input."""
    emulator.script([{"reply": {"text": "abcdef", "hops": 1}, "times": 1}])

    first = http.made("Go.")
    second = http.made(
        None,
        previous_interaction_id=first["id"],
        continuation_token=first["continuation_token"],
    )

    assert first["status"] == "requires_continuation"
    assert (second["status"], "continuation_token" in second) == ("completed", False)
    assert answer_text(first) + answer_text(second) == "abcdef"


def test_an_invented_token_is_refused(http: Any) -> None:
    token = {"continuation_token": "invented"}

    assert http.refused("Go.", **token)[0] == 400

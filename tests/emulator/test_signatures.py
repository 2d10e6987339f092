"""Thought signatures: issued, and checked when they come back."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from interactions_emulator import Emulator
from tests.emulator.results import result_of

GEMINI_3 = "gemini-3.7-flash"
CORRUPTED = (400, "Corrupted thought signature.")
INVALID = (400, "Request contains an invalid argument.")


@pytest.fixture
def history(http: Any, weather: Any) -> list[dict[str, Any]]:
    """A stateless tool loop up to the result, as a Gemini 3 model made it."""
    user = {
        "type": "user_input",
        "content": [{"type": "text", "text": "Weather in Paris?"}],
    }
    made = http.made([user], model=GEMINI_3, store=False, tools=[weather])
    call = made["steps"][-1]
    result = result_of(call, "sunny")
    return [user, *made["steps"], result]


def with_signature(history: list[dict[str, Any]], signature: str | None) -> Any:
    """Replace every signature; None drops it, and the thoughts with it."""
    if signature is None:
        history = [step for step in history if step["type"] != "thought"]
        return [{k: v for k, v in s.items() if k != "signature"} for s in history]
    return [s | {"signature": signature} if "signature" in s else s for s in history]


def test_a_replay_with_its_own_signatures_is_answered(
    http: Any, history: Any, answer_text: Any
) -> None:
    made = http.made(history, model=GEMINI_3, store=False)

    assert answer_text(made) == "get_weather returned: sunny"


@pytest.mark.parametrize(
    ("signature", "expected"),
    [
        pytest.param(None, INVALID, id="dropped"),
        pytest.param("", INVALID, id="empty"),
        pytest.param("Z2FyYmFnZQ==", CORRUPTED, id="not issued"),
        pytest.param("no base64!", CORRUPTED, id="garbage"),
    ],
)
def test_a_replay_without_valid_signatures_is_refused(
    http: Any, history: Any, signature: str | None, expected: tuple[int, str]
) -> None:
    """API: live probe on gemini-3.7-flash, Aug 2026."""
    changed = with_signature(history, signature)

    assert http.refused(changed, model=GEMINI_3, store=False) == expected


def test_one_changed_character_corrupts_a_signature(http: Any, history: Any) -> None:
    signature = history[1]["signature"]
    letter = "A" if signature[20] != "A" else "B"

    changed = with_signature(history, signature[:20] + letter + signature[21:])

    assert http.refused(changed, model=GEMINI_3, store=False) == CORRUPTED


def test_the_refusal_of_a_stream_is_framed_as_an_event(http: Any, history: Any) -> None:
    """API: HTTP 400 whose body is server-sent events (live probe, Aug 2026)."""
    changed = with_signature(history, "Z2FyYmFnZQ==")

    answer = http.create(changed, model=GEMINI_3, store=False, stream=True)

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "text/event-stream"
    assert answer.text == (
        'event: error\ndata: {"error":{"message":"Corrupted thought signature.",'
        '"code":"invalid_request"},"event_type":"error"}\n\n'
    )


@pytest.mark.parametrize(
    "signature",
    [
        "skip_thought_signature_validator",
        "context_engineering_is_the_way_to_go",
        "CiRlMjQ4MzBhNy01Y2Q2LTQyZmUtOTk4Yi1lZTUzOWU3MmI5YzM=",
    ],
)
def test_documented_constants_are_accepted(
    http: Any, history: Any, signature: str
) -> None:
    assert http.made(with_signature(history, signature), model=GEMINI_3, store=False)


def test_the_call_alone_may_carry_the_signature(http: Any, history: Any) -> None:
    without_thought = [step for step in history if step["type"] != "thought"]

    assert http.made(without_thought, model=GEMINI_3, store=False)


def test_the_thought_alone_may_carry_the_signature(http: Any, history: Any) -> None:
    bare = [{k: v for k, v in s.items() if k != "signature"} for s in history[2:]]

    assert http.made([*history[:2], *bare], model=GEMINI_3, store=False)


def test_older_models_do_not_ask_for_signatures(http: Any, history: Any) -> None:
    assert http.made(with_signature(history, None), store=False)


def test_the_model_may_change_between_answer_and_replay(
    http: Any, history: Any
) -> None:
    assert http.made(history, model="gemini-2.5-flash", store=False)


def test_another_emulator_accepts_the_replay(
    history: Any, connect: Callable[..., Any]
) -> None:
    with Emulator() as other:
        assert connect(other).made(history, model=GEMINI_3, store=False)


@pytest.mark.parametrize(
    ("model", "letter"),
    [
        ("gemini-2.5-flash", "C"),
        ("gemini-3.7-flash", "E"),
        ("gemini-3-flash-preview", "E"),
    ],
)
def test_the_first_letter_tells_the_family(http: Any, model: str, letter: str) -> None:
    """API: 2.5 starts with C, 3.x with E (recorded)."""
    assert http.made("Hi.", model=model)["steps"][0]["signature"][0] == letter


@pytest.mark.parametrize(
    ("model", "pattern"),
    [
        ("gemini-2.5-flash", r"[a-z0-9]{8}"),
        ("gemini-3-flash-preview", r"[a-z0-9]{8}"),
        ("gemini-3.5-flash", r"call_\d{7}"),
    ],
)
def test_call_ids_have_the_form_of_the_models_generation(
    http: Any, weather: Any, model: str, pattern: str
) -> None:
    made = http.made("Weather in Paris?", model=model, tools=[weather])

    assert re.fullmatch(pattern, made["steps"][-1]["id"])

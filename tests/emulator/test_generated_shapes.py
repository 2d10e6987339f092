"""Answers to generated requests have the recorded keys, in order, and their types.

The shapes are those of the recordings since May 2026. A key with a question mark was not
in all of them.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interactions_emulator import Emulator
from tests.patience import PATIENCE_S

SETTINGS = settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
JsonObject = dict[str, Any]

MODELS = ["gemini-2.5-flash", "gemini-3-flash-preview", "gemini-3.7-flash"]
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
ID = re.compile(r"v1_[\w-]{60,70}")
COUNTS = "total_tokens total_input_tokens input_tokens_by_modality total_cached_tokens"
COUNTS += " total_output_tokens total_tool_use_tokens total_thought_tokens"
USAGE = f"{COUNTS} raw_prompt_token?"
FINAL = "status usage created updated service_tier"
KEYS = {
    "unary": f"id? {FINAL} steps? object model",
    "usage": USAGE,
    "modality": "modality tokens",
    "thought": "signature summary? type",
    "model_output": "content type",
    "text": "text type",
    "function_call": "id signature? type name arguments",
    "interaction.created": "interaction event_type",
    "interaction.status_update": "interaction_id status event_type",
    "step.start": "index step event_type",
    "step.delta": "index delta event_type",
    "step.stop": "index event_type",
    "interaction.completed": "interaction event_type",
    "created": "id status object model",
    "completed": f"id {FINAL} object model",
    "thought_signature": "signature type",
    "thought_summary": "content type",
    "arguments_delta": "arguments type",
}
WEATHER = {
    "type": "function",
    "name": "get_weather",
    "description": "Get the current weather for a location.",
    "parameters": {
        "type": "object",
        "properties": {"location": {"type": "string"}},
        "required": ["location"],
    },
}
CLOCK = {"type": "function", "name": "get_time", "description": "Get the time."}
SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "size": {"type": "integer"}},
    "required": ["city"],
}

words = st.sampled_from(["What is the weather in Paris and Rome?", "My name is Ada."])
said = words | st.text("abc äß日\n.", min_size=1, max_size=90).filter(str.strip)
blocks = st.builds(lambda text: {"type": "text", "text": text}, said)
user_steps = st.builds(
    lambda content: {"type": "user_input", "content": content},
    st.lists(blocks, min_size=1, max_size=2),
)
answers = st.just(
    {"type": "model_output", "content": [{"type": "text", "text": "Ok."}]}
)
inputs = (
    said
    | blocks
    | st.lists(blocks, min_size=1, max_size=2)
    | st.tuples(user_steps).map(list)
    | st.tuples(user_steps, answers, user_steps).map(list)
)
configs = st.fixed_dictionaries(
    {},
    optional={
        "temperature": st.floats(0, 2),
        "seed": st.integers(0, 9),
        "max_output_tokens": st.integers(1, 500),
        "thinking_level": st.sampled_from(["low", "high"]),
        "thinking_summaries": st.sampled_from(["auto", "none"]),
        "stop_sequences": st.just(["STOP"]),
    },
)
requests = st.fixed_dictionaries(
    {"model": st.sampled_from(MODELS), "input": inputs},
    optional={
        "tools": st.sampled_from([[WEATHER], [WEATHER, CLOCK]]),
        "generation_config": configs,
        "system_instruction": said,
        "store": st.booleans(),
        "previous_interaction_id": st.just(""),
        "response_format": st.just(
            {"type": "text", "mime_type": "application/json", "schema": SCHEMA}
        ),
        "service_tier": st.just("standard"),
    },
)


@pytest.fixture(scope="module")
def ask() -> Iterator[Callable[..., httpx.Response]]:
    """Send a request; a `previous_interaction_id` is filled in."""
    headers = {"x-goog-api-key": "k"}
    with (
        Emulator() as running,
        httpx.Client(
            base_url=running.url, headers=headers, timeout=PATIENCE_S
        ) as client,
    ):

        def ask(body: JsonObject) -> httpx.Response:
            if "previous_interaction_id" in body:
                parent = ask({"model": MODELS[0], "input": "My name is Eve."}).json()
                body = body | {"previous_interaction_id": parent["id"]}
            answer = client.post("/v1/interactions", json=body)
            assert answer.status_code == 200, answer.text
            return answer

        yield ask


def assert_keys(value: JsonObject, kind: str) -> None:
    """Assert that the keys are those of the kind, in order."""
    allowed = KEYS[kind].split()
    wanted = [k.rstrip("?") for k in allowed if k in value or k.rstrip("?") in value]
    needed = {key for key in allowed if not key.endswith("?")}
    assert list(value) == wanted, kind
    assert needed <= set(value), kind


def assert_usage(usage: JsonObject) -> None:
    assert_keys(usage, "usage")
    assert {type(usage[name]) for name in usage if name.startswith("total")} == {int}
    for modality in usage["input_tokens_by_modality"]:
        assert_keys(modality, "modality")
    parts = ("input", "output", "thought", "tool_use")
    total = sum(usage[f"total_{part}_tokens"] for part in parts)
    assert usage["total_tokens"] == total


def assert_outcome(made: JsonObject, body: JsonObject) -> None:
    """Assert what a unary answer and the last event of a stream have in common."""
    assert_usage(made["usage"])
    assert TIME.fullmatch(made["created"])
    assert made["created"] == made["updated"]
    assert (made["object"], made["service_tier"]) == ("interaction", "standard")
    assert made["model"] == body["model"]
    assert made["status"] in {"completed", "requires_action", "incomplete"}


def assert_step(step: JsonObject) -> None:
    assert_keys(step, step["type"])
    if step["type"] == "model_output":
        for block in step["content"]:
            assert_keys(block, "text")
    if step["type"] == "function_call":
        assert isinstance(step["arguments"], dict)


@SETTINGS
@given(body=requests)
def test_unary_answers_keep_the_recorded_shape(
    ask: Callable[..., httpx.Response], body: JsonObject
) -> None:
    answer = ask(body)
    made = answer.json()

    assert answer.headers["content-type"] == "application/json"
    assert_keys(made, "unary")
    assert_outcome(made, body)
    assert ("id" in made) == body.get("store", True)
    assert "id" not in made or ID.fullmatch(made["id"])
    steps = made.get("steps", [])
    for step in steps:
        assert_step(step)
    assert not steps or steps[0]["type"] == "thought"
    calls = bool(steps) and steps[-1]["type"] == "function_call"
    stored = body.get("store", True)
    assert not stored or (made["status"] == "requires_action") == calls


def assert_event(event: JsonObject) -> None:
    assert_keys(event, event["event_type"])
    if "delta" in event:
        assert_keys(event["delta"], event["delta"]["type"])
    if event["event_type"] == "step.start" and len(event["step"]) > 1:
        assert_keys(event["step"], "function_call")
        assert event["step"]["arguments"] == {}


def grammar(events: list[JsonObject]) -> str:
    """Spell the order of the events, a letter for each."""
    letters = {
        "interaction.created": "c",
        "interaction.status_update": "u",
        "step.start": "(",
        "step.delta": ".",
        "step.stop": ")",
        "interaction.completed": "e",
    }
    return "".join(letters[event["event_type"]] for event in events)


@SETTINGS
@given(body=requests)
def test_streams_keep_the_recorded_shape(
    ask: Callable[..., httpx.Response],
    events: Callable[[str], list[JsonObject]],
    body: JsonObject,
) -> None:
    answer = ask(body | {"stream": True})
    told = events(answer.text)

    assert answer.headers["content-type"] == "text/event-stream"
    assert re.fullmatch(r"cu(\(\.*\))*e", grammar(told))
    for event in told:
        assert_event(event)
    assert_keys(told[0]["interaction"], "created")
    assert_keys(told[-1]["interaction"], "completed")
    assert_outcome(told[-1]["interaction"], body)
    ids = {told[0]["interaction"]["id"], told[-1]["interaction"]["id"]}
    assert ids == {told[1]["interaction_id"]}
    assert (ids == {""}) == (not body.get("store", True))
    starts = [event["index"] for event in told if event["event_type"] == "step.start"]
    assert starts == list(range(len(starts)))

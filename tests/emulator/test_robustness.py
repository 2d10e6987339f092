"""Whatever arrives, the answer is a refusal in the API's form or a success."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interactions_emulator import Emulator

SETTINGS = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
KEYS = ["type", "content", "text", "signature", "call_id", "id", "name", "arguments"]
KEYS += ["result", "input", "model", "tools", "generation_config", "store", "stream"]
KEYS += ["parameters", "properties", "response_format", "schema", "summary", "data"]
KEYS += ["previous_interaction_id", "tool_choice", "allowed_tools", "max_output_tokens"]
WORDS = ["user_input", "text", "thought", "function_call", "function_result", "image"]
WORDS += ["model_output", "function", "gemini-2.5-flash", "gemini-3.7-flash", "any"]
WORDS += ["google_search_call", "v1_bogus", "object", "array", "string", "$ref", "auto"]

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-5, 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(WORDS)
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(KEYS) | st.text(max_size=4), inner, max_size=5
        )
    ),
    max_leaves=20,
)
contents = st.lists(
    st.fixed_dictionaries({"type": st.sampled_from(WORDS)}, optional={"text": values}),
    max_size=3,
)
steps = st.fixed_dictionaries(
    {"type": st.sampled_from(WORDS)},
    optional={
        "content": contents | values,
        "id": st.sampled_from(["a", "b"]) | values,
        "call_id": st.sampled_from(["a", "b"]) | values,
        "name": st.sampled_from(["f", "g"]) | values,
        "arguments": values,
        "result": contents | values,
        "signature": values,
        "summary": contents | values,
    },
)
schemas = st.recursive(
    st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(["string", "integer", "boolean", "null", "x"])
            | values,
            "enum": st.lists(scalars, max_size=3),
            "const": scalars,
            "minLength": values,
            "minimum": values,
            "default": values,
            "$ref": st.sampled_from(["#", "#/properties/text", "#/x", "other"]),
        },
    ),
    lambda inner: st.fixed_dictionaries(
        {"type": st.sampled_from(["object", "array"])},
        optional={
            "properties": values
            | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
            "required": st.lists(st.sampled_from(KEYS), max_size=3) | values,
            "items": inner,
            "anyOf": st.lists(inner, max_size=2),
            "minItems": values,
            "maxItems": values,
        },
    ),
    max_leaves=8,
)
tools = st.lists(
    st.fixed_dictionaries(
        {"type": st.just("function"), "name": st.sampled_from(["f", "g"])},
        optional={"parameters": schemas, "description": values},
    )
    | values,
    max_size=3,
)
ORDER_KEYS = ["when", "reply", "sequence", "times", "on", "nth", "do", "match", "text"]
ORDER_KEYS += ["calls", "thought", "status", "steps", "errors", "hops", "name", "type"]
ORDER_KEYS += ["arguments", "turn", "last_user_contains", "has_tool", "content", "code"]
ORDER_KEYS += ["advance_s", "shape", "worked", "truncate_after_events", "call_id"]
replies = st.fixed_dictionaries(
    {},
    optional={
        "text": st.text(max_size=9) | values,
        "steps": st.lists(steps, max_size=3) | values,
        "calls": values,
        "thought": values,
        "status": st.sampled_from(["failed", "completed"]) | values,
        "errors": values,
        "hops": st.integers(0, 10**9) | values,
    },
)
orders = st.dictionaries(st.sampled_from(ORDER_KEYS), values, max_size=4) | st.lists(
    st.fixed_dictionaries(
        {"reply": replies},
        optional={
            "when": st.dictionaries(
                st.sampled_from(["turn", "has_tool", "last_user_contains", "model"]),
                values,
                max_size=2,
            ),
            "times": values,
        },
    ),
    max_size=2,
)
bodies = st.fixed_dictionaries(
    {
        "model": st.sampled_from(["gemini-2.5-flash", "gemini-3.7-flash"]) | values,
        "input": st.lists(steps, max_size=5) | contents | st.text(max_size=30) | values,
    },
    optional={
        "tools": tools | values,
        "generation_config": st.dictionaries(
            st.sampled_from(["tool_choice", "max_output_tokens", "stop_sequences"]),
            values,
        )
        | values,
        "response_format": st.fixed_dictionaries({"schema": schemas}) | values,
        "stream": st.booleans(),
        "store": st.booleans(),
        "system_instruction": values,
        "previous_interaction_id": values,
        "continuation_token": values,
        "service_tier": values,
    },
)


@pytest.fixture(scope="module")
def shared() -> Iterator[httpx.Client]:
    with (
        Emulator() as running,
        httpx.Client(base_url=running.url, headers={"x-goog-api-key": "k"}) as client,
    ):
        yield client


def assert_in_form(answer: httpx.Response) -> None:
    if answer.status_code == 200:
        return
    text = answer.text.removeprefix("event: error\ndata: ")
    error = json.loads(text)["error"]
    assert 400 <= answer.status_code < 500 or answer.status_code == 501
    assert isinstance(error["message"], str)
    assert isinstance(error["code"], str)


@SETTINGS
@given(body=bodies)
def test_no_create_breaks_the_server(shared: httpx.Client, body: Any) -> None:
    assert_in_form(shared.post("/v1/interactions", content=json.dumps(body)))


@SETTINGS
@given(schema=schemas, text=st.text(max_size=20), forced=st.booleans())
def test_no_schema_breaks_the_server(
    shared: httpx.Client, schema: Any, text: str, *, forced: bool
) -> None:
    function = {"type": "function", "name": "f", "parameters": schema}
    asked: dict[str, Any] = {"response_format": {"type": "text", "schema": schema}}
    if forced:
        choice = {"tool_choice": "any"}
        asked = {"tools": [function], "generation_config": choice}
    body = {"model": "gemini-3.7-flash", "input": f"Hi {text}"} | asked

    answer = shared.post("/v1/interactions", content=json.dumps(body))

    assert answer.status_code == 200


@SETTINGS
@given(body=values)
def test_no_json_breaks_the_server(shared: httpx.Client, body: Any) -> None:
    assert_in_form(shared.post("/v1/interactions", content=json.dumps(body)))


@SETTINGS
@given(raw=st.binary(max_size=40))
def test_no_bytes_break_the_server(shared: httpx.Client, raw: bytes) -> None:
    assert_in_form(shared.post("/v1/interactions", content=raw))


@SETTINGS
@given(text=st.text(max_size=60))
def test_any_text_comes_back_unchanged(shared: httpx.Client, text: str) -> None:
    given_input = [{"type": "text", "text": text}]
    body = json.dumps({"model": "gemini-2.5-flash", "input": given_input})

    made = shared.post("/v1/interactions", content=body).json()

    kept = shared.get(f"/v1/interactions/{made['id']}?include_input=true").json()
    assert kept["input"][0]["content"] == given_input


@SETTINGS
@given(body=values | orders)
def test_no_control_request_breaks_the_server(shared: httpx.Client, body: Any) -> None:
    for path in ("script", "faults", "clock"):
        answer = shared.post(f"/emulator/{path}", content=json.dumps(body))

        assert answer.status_code in {200, 400}
    shared.post("/emulator/reset")


@SETTINGS
@given(body=orders, stream=st.booleans())
def test_no_script_breaks_an_answer(
    shared: httpx.Client, body: Any, *, stream: bool
) -> None:
    shared.post("/emulator/script", content=json.dumps(body))
    create = {"model": "gemini-3.7-flash", "input": "Hi.", "stream": stream}

    answer = shared.post("/v1/interactions", json=create)

    assert stream or answer.json()
    assert "Internal Server Error" not in answer.text
    shared.post("/emulator/reset")

"""What the API refuses, with the recorded or documented texts."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from interactions_emulator import Emulator
from tests.emulator.results import result_of

FLASH = "gemini-2.5-flash"
FUNCTION = {"type": "function", "name": "f"}
CALL = {"type": "function_call", "id": "c1", "name": "f", "arguments": {}}
OTHER_CALL = CALL | {"id": "c2"}
USER = {"type": "user_input", "content": [{"type": "text", "text": "Hi."}]}
RESULT = {"type": "function_result", "call_id": "c1", "name": "f", "result": "ok"}
INVALID = "Request contains an invalid argument."
PAIRING = (
    "Please ensure that function response turn comes immediately after a function"
    " call turn. Got function response with name 'f'."
)
COUNT = (
    "Please ensure that the number of function response parts is equal to the number"
    " of function call parts of the function call turn."
)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param(
            {"tool_choice": "any"}, "Unknown parameter 'tool_choice'.", id="key"
        ),
        pytest.param(
            {"model": None},
            "Provide a 'agent', or 'model' parameter.",
            id="neither model nor agent",
        ),
        pytest.param({"agent": "a"}, INVALID, id="model and agent"),
        pytest.param(
            {"model": None, "agent": "deep-research-preview-04-2026"},
            "Agents are required to use background=true",
            id="deep research in the foreground",
        ),
        pytest.param(
            {"background": True},
            "Model 'gemini-2.5-flash' does not support background interactions.",
            id="background",
        ),
        pytest.param(
            {"background": True, "store": False},
            "store=true is required for background interactions",
            id="background without store",
        ),
        pytest.param(
            {"service_tier": "gold"},
            "The value 'gold' is not supported for 'service_tier'. Supported values:"
            " 'flex', 'standard', 'priority', 'deferred'.",
            id="tier",
        ),
        pytest.param(
            {"store": "yes"},
            "The value is invalid for 'store'. Expected boolean",
            id="type",
        ),
        pytest.param(
            {"tools": [{}]}, "Missing key 'type' in input 'tools'.", id="tool"
        ),
        *(
            pytest.param(
                {"tools": [FUNCTION, {"type": "function", "name": name}]},
                "tools[1].name: [FIELD_INVALID] Invalid function name. Must start with"
                " a letter or an underscore. Must be a-z, A-Z, 0-9, or contain"
                " underscores (_), dots (.), colons (:), or dashes (-), with a maximum"
                " length of 128.",
                id=name[:12],
            )
            for name in ("get weather", "a/b", "1st", "größe", "f" * 129)
        ),
        pytest.param(
            {"generation_config": {"top_a": 1}},
            "Unknown parameter 'top_a' at 'generation_config'.",
            id="config",
        ),
        pytest.param(
            {
                "model": "gemini-3-pro-preview",
                "generation_config": {"thinking_level": "minimal"},
            },
            "'minimal' is not a supported thinking level for this model."
            " Allowed values are: low, high.",
            id="thinking level",
        ),
        pytest.param(
            {"generation_config": {"tool_choice": "any"}},
            "Function calling config is set without function_declarations.",
            id="tool choice without tools",
        ),
        pytest.param(
            {
                "tools": [FUNCTION],
                "generation_config": {
                    "tool_choice": {"allowed_tools": {"tools": ["g"]}}
                },
            },
            INVALID,
            id="tool choice of an unknown tool",
        ),
    ],
)
def test_a_bad_parameter_is_refused(http: Any, body: Any, message: str) -> None:
    assert http.refused("Hi.", **body) == (400, message)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        pytest.param(None, "Missing input.", id="missing"),
        pytest.param([], "Missing input.", id="empty"),
        pytest.param(
            [{"type": "user_input", "content": []}],
            "Request has empty input.",
            id="step",
        ),
        pytest.param(
            [{"type": "function_response"}],
            "Invalid content type: function_response",
            id="unknown type",
        ),
        pytest.param(
            [USER, CALL, {"type": "function_result", "result": "ok"}],
            "Missing call_id in content of type function_result.",
            id="no call id",
        ),
        pytest.param(
            [{"type": "image", "data": "%%%", "mime_type": "image/png"}],
            "The value is invalid for 'input[0].data'. Expected string, corrupt base64",
            id="base64",
        ),
        pytest.param(
            [USER | {"role": "user"}],
            "Unknown parameter 'role' at 'input[0]'.",
            id="key",
        ),
        pytest.param([USER, {"type": "text", "text": "x"}], INVALID, id="mixed forms"),
        pytest.param([USER, RESULT], PAIRING, id="result without call"),
        pytest.param([USER, CALL, RESULT, RESULT], PAIRING, id="result twice"),
        pytest.param([USER, CALL, RESULT, USER, RESULT], PAIRING, id="late result"),
        pytest.param([USER, CALL, OTHER_CALL, RESULT], COUNT, id="one of two results"),
        pytest.param([USER, CALL, USER], COUNT, id="unanswered call"),
        pytest.param([USER, CALL], COUNT, id="open end"),
        pytest.param(
            [CALL, RESULT],
            "Please ensure that function call turn comes immediately after a user turn"
            " or after a function response turn.",
            id="history opens with a call",
        ),
        pytest.param(
            [
                USER,
                {"type": "model_output", "content": [{"type": "text", "text": "x"}]},
            ],
            INVALID,
            id="model speaks last",
        ),
    ],
)
def test_a_bad_input_is_refused(http: Any, given: Any, message: str) -> None:
    assert http.refused(given) == (400, message)


@pytest.mark.parametrize("result", [{"a": 1}, "text", [{"type": "text", "text": "x"}]])
@pytest.mark.parametrize("inside", [False, True])
def test_every_form_of_a_result_is_accepted(
    http: Any, weather: Any, result: Any, *, inside: bool
) -> None:
    """API: object, string or contents; top level or inside a user_input (recorded)."""
    first = http.made("Weather in Paris?", tools=[weather])
    step = result_of(first["steps"][-1], result)
    given = [{"type": "user_input", "content": [step]}] if inside else [step]

    second = http.made(given, previous_interaction_id=first["id"])

    assert second["status"] == "completed"


def test_all_parallel_calls_must_be_answered(http: Any, weather: Any) -> None:
    first = http.made("Weather in Paris and Rome?", tools=[weather])
    calls = [s for s in first["steps"] if s["type"] == "function_call"]
    results = [result_of(call) for call in calls]

    refused = http.refused(results[:1], previous_interaction_id=first["id"])
    accepted = http.made(results[::-1], previous_interaction_id=first["id"])

    assert len(calls) == 2
    assert refused == (400, COUNT)
    assert accepted["status"] == "completed"


def test_a_pending_call_must_be_answered_before_the_user_speaks(
    http: Any, weather: Any
) -> None:
    first = http.made("Weather in Paris?", tools=[weather])

    assert http.refused("Never mind.", previous_interaction_id=first["id"]) == (
        400,
        COUNT,
    )


def test_text_may_follow_the_results(http: Any, weather: Any) -> None:
    first = http.made("Weather in Paris?", tools=[weather])
    result = result_of(first["steps"][-1])

    assert http.made([result, USER], previous_interaction_id=first["id"])


@pytest.mark.parametrize(
    ("interaction_id", "expected"),
    [
        pytest.param(
            "v1_bogus",
            (400, "Invalid interaction name: interactions/v1_bogus"),
            id="bad",
        ),
        pytest.param(
            "v1_ChdMTGpEYW9LRUt0LTkzOUlQajR6SnFBbxIXTExqRGFvS0VLdC05MzlJUGo0ekpxQW8",
            (404, "Requested entity was not found."),
            id="unknown",
        ),
    ],
)
def test_a_malformed_id_is_not_an_unknown_one(
    http: Any, interaction_id: str, expected: tuple[int, str]
) -> None:
    answer = http.get(f"/v1/interactions/{interaction_id}")

    assert (answer.status_code, answer.json()["error"]["message"]) == expected
    assert http.refused("Hi.", previous_interaction_id=interaction_id) == expected


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("gemni-2.5-flash", "gemini-2.5-flash"),
        ("gemini-3.5-transcribe-nonexistent", "gemini-3.5-transcribe"),
        ("gemini-9-unheard-of", "gemini-4-neon"),
        ("models/gemini-3.8-flahs", "gemini-3.8-flash"),
    ],
)
def test_an_unknown_model_is_not_found_and_a_near_one_is_named(
    http: Any, name: str, near: str
) -> None:
    """API: live probe of the transcription model, September 2026."""
    answer = http.create("Hi.", model=name)

    message = f"Model '{name}' not found. Did you mean '{near}'?"
    assert answer.status_code == 404
    assert answer.json()["error"] == {"message": message, "code": "not_found"}


@pytest.mark.parametrize(
    "name",
    [
        "models/gemini-2.5-flash",
        "gemini-2.5-flash-001",
        "gemini-2.5-flash-preview-09-2025",
        "gemini-3.1-pro",
        "gemma-4-31b-it",
    ],
)
def test_a_version_of_a_known_model_is_served(http: Any, name: str) -> None:
    assert http.made("Hi.", model=name)["model"] == name


def test_header_and_query_key_together_are_refused(http: Any) -> None:
    answer = http.get("/v1/interactions/x", params={"key": "b"})

    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == (
        "Multiple authentication credentials received. Please pass only one."
    )


def test_a_request_without_a_key_is_forbidden(http: Any) -> None:
    del http.headers["x-goog-api-key"]

    answer = http.create("Hi.")

    assert answer.status_code == 403
    assert answer.json()["error"]["status"] == "PERMISSION_DENIED"


def test_a_wrong_key_is_a_bad_request(connect: Any) -> None:
    """API: 400, not 401 (live probe, Aug 2026)."""
    with Emulator(api_keys={"right"}) as emulator:
        assert connect(emulator, "right").made("Hi.")
        assert connect(emulator, "wrong").refused("Hi.")[0] == 400


@pytest.mark.parametrize(
    "raw", [b"{", b"[1]", b'{"input": NaN}', b"\xff", b"[" * 100_000, b"1e999"]
)
def test_what_is_not_json_is_a_syntax_error(http: Any, raw: bytes) -> None:
    answer = http.post("/v1/interactions", content=raw)

    assert answer.status_code == 400
    assert answer.json()["error"] == {
        "message": "Invalid JSON payload: syntax error in request body.",
        "code": "invalid_request",
    }


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/triggers"),
        ("PUT", "/v1/interactions"),
        ("GET", "/v2/x"),
        ("GET", "/"),
    ],
)
def test_an_unknown_route_is_named(http: Any, method: str, path: str) -> None:
    answer = http.request(method, path)

    assert answer.status_code == 501
    assert f"{method} {path}" in answer.json()["error"]["message"]


def test_the_catch_all_is_explained_to_the_reader_of_the_log(
    http: Any, emulator: Emulator
) -> None:
    http.refused([USER, {"type": "text", "text": "x"}])

    assert emulator.requests()[-1]["why"] == "input[1] is content among steps"


def recorded_refusals() -> list[Any]:
    folder = Path(__file__).parents[2].parent / "shared/api/recordings/ogx-ai__ogx"
    loaded = [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]
    answered = [one for one in loaded if isinstance(one, dict) and "request" in one]
    refused = [one for one in answered if one["response"].get("status") == 400]
    # Turns with roles belong to the schema that the server has dropped since.
    current = [r for r in refused if isinstance(r["request"]["payload"]["input"], str)]
    missing = pytest.param(None, marks=pytest.mark.skip("the recordings are not here"))
    return current or [missing]


@pytest.mark.parametrize("recorded", recorded_refusals())
def test_recorded_refusals_of_tools_have_the_recorded_text(
    http: Any, recorded: Any
) -> None:
    answer = http.post("/v1beta/interactions", json=recorded["request"]["payload"])

    theirs = recorded["response"]["body"]["error"]
    ours = answer.json()["error"]
    # The white space in these messages is random on the real server.
    assert ours["message"] == re.sub(r"\s+", " ", theirs["message"])
    assert (answer.status_code, ours["code"]) == (400, theirs["code"])

"""Facts of calls in the words of OpenTelemetry's GenAI conventions."""

from typing import Any

import pytest

from interactions_core.exceptions import RateLimitError
from interactions_core.tracing.conventions import (
    RequestFacts,
    error_type,
    finish_reason,
    input_tokens,
    output_tokens,
    request_facts,
)
from interactions_core.tracing.facts import CallFacts, Server, server_facts
from interactions_core.tracing.own_attributes import own_attributes
from interactions_core.usage import Usage
from tests.contract.asking import MODEL

CALL: dict[str, Any] = {"type": "function_call", "id": "c", "name": "f"}
RESULT: dict[str, Any] = {"type": "function_result", "call_id": "c"}
GOOGLE = Server("gcp.gemini", "generativelanguage.googleapis.com")


@pytest.mark.parametrize(
    ("status", "steps", "interaction", "reason"),
    [
        pytest.param("completed", [], {}, "stop", id="text"),
        pytest.param("requires_action", [CALL], {}, "tool_call", id="a call"),
        pytest.param("idle", [CALL], {}, "tool_call", id="a call of an idle one"),
        pytest.param("completed", [CALL, RESULT], {}, "stop", id="an answered call"),
        pytest.param("incomplete", [], {}, "length", id="cut off"),
        pytest.param("failed", [], {}, "error", id="failed"),
        pytest.param("budget_exceeded", [], {}, "error", id="no budget"),
        pytest.param("cancelled", [], {}, "", id="cancelled"),
        pytest.param("in_progress", [], {}, "", id="goes on"),
        pytest.param("is_new", [], {}, "", id="unknown"),
        pytest.param(None, [], {}, "", id="not said"),
        pytest.param(
            "failed",
            [],
            {"errors": [{"code": "https://ai.google.dev/errors/safety"}]},
            "content_filter",
            id="blocked",
        ),
    ],
)
def test_finish_reasons_are_the_conventions_words(
    status: object, steps: list[Any], interaction: Any, reason: str
) -> None:
    assert finish_reason(status, steps, interaction) == reason


def test_errors_are_named_and_not_quoted() -> None:
    class OursAloneError(RuntimeError):
        pass

    names = [
        error_type(error)
        for error in (
            RateLimitError("hunter2", status_code=429),
            ValueError("hunter2"),
            OursAloneError("hunter2"),
        )
    ]

    assert names[:2] == ["RateLimitError", "ValueError"]
    assert names[2].startswith(__name__)
    assert "hunter2" not in "".join(names)


@pytest.mark.parametrize(
    ("settings", "output"),
    [
        pytest.param({}, None, id="text"),
        pytest.param({"response_format": {"type": "object"}}, "json", id="a schema"),
        pytest.param({"response_modalities": ["text", "image"]}, "image", id="image"),
        pytest.param({"response_modalities": ["AUDIO"]}, "speech", id="speech"),
    ],
)
def test_output_type_is_what_is_asked_for(settings: Any, output: str | None) -> None:
    assert request_facts(settings).output_type == output


def test_settings_of_a_request_go_by_the_conventions_names() -> None:
    config: dict[str, Any] = {
        "temperature": 1,
        "top_p": 0.5,
        "top_k": 40,
        "max_output_tokens": 900,
        "seed": 7,
        "thinking_level": "low",
        "stop_sequences": ["hunter2"],
    }

    assert request_facts({"generation_config": config}) == RequestFacts(
        temperature=1.0,
        top_p=0.5,
        top_k=40,
        max_tokens=900,
        seed=7,
        reasoning_level="low",
    )
    wrong = {"temperature": "warm", "seed": True, "thinking_level": 3}
    assert request_facts({"generation_config": wrong}) == RequestFacts()


@pytest.mark.parametrize(
    ("service", "server"),
    [
        pytest.param("gemini|generativelanguage.googleapis.com", GOOGLE, id="Gemini"),
        pytest.param(
            "vertex|europe-west4-aiplatform.googleapis.com",
            Server("gcp.vertex_ai", "europe-west4-aiplatform.googleapis.com"),
            id="Vertex",
        ),
        pytest.param(
            "gemini|127.0.0.1:8080", Server("gcp.gemini", "127.0.0.1", 8080), id="port"
        ),
        pytest.param("gemini|[::1]:8080", Server("gcp.gemini", "::1", 8080), id="IPv6"),
        pytest.param("", Server(""), id="unknown"),
    ],
)
def test_server_is_told_apart_from_its_port(service: str, server: Server) -> None:
    assert server_facts(service) == server


def test_all_kinds_of_tokens_are_in_one_of_two_sums() -> None:
    """API: total = input + output + thought + tool use, cached within input."""
    usage = Usage(
        input_tokens=100,
        cached_tokens=60,
        output_tokens=20,
        thought_tokens=10,
        tool_use_tokens=5,
        total_tokens=135,
    )

    assert (input_tokens(usage), output_tokens(usage)) == (105, 30)
    assert input_tokens(usage) + output_tokens(usage) == usage.total_tokens


def test_what_is_not_known_is_left_out() -> None:
    facts = CallFacts(kind="model", target=MODEL, server=GOOGLE)

    assert own_attributes(facts) == {}


def test_an_unstored_turn_has_no_conversation_of_its_own_making() -> None:
    """OpenTelemetry: a hash, a UUID or a trace id is no conversation id."""
    facts = CallFacts(kind="model", target=MODEL, server=GOOGLE)

    assert facts.conversation_id == ""

"""What single back ends are told beside the conventions' attributes."""

import json
import logging
from dataclasses import replace
from typing import Any

import pytest

from interactions_core.tracing.backend_keys import (
    BACKENDS,
    attributes_for,
    wanted_backends,
)
from interactions_core.tracing.facts import CallFacts, Server
from interactions_core.usage import Usage

USAGE = Usage(
    input_tokens=100,
    cached_tokens=40,
    output_tokens=30,
    thought_tokens=20,
    tool_use_tokens=7,
    total_tokens=157,
)
ANSWER = CallFacts(
    kind="model",
    target="gemini-3.8-flash",
    server=Server("gcp.gemini"),
    thread_id="thread-1",
    usage=USAGE,
    cost_usd=0.25,
)
SUBMITTED = replace(ANSWER, kind="agent", target="researcher", usage=None)
WAIT = replace(ANSWER, kind="wait", usage=None, cost_usd=None)


def test_openinference_is_told_of_an_answer() -> None:
    assert attributes_for(ANSWER, ("openinference",)) == {
        "openinference.span.kind": "LLM",
        "session.id": "thread-1",
        "llm.model_name": "gemini-3.8-flash",
        "llm.provider": "google",
        "llm.token_count.prompt": 107,
        "llm.token_count.prompt_details.cache_read": 40,
        "llm.token_count.completion": 50,
        "llm.token_count.completion_details.reasoning": 20,
        "llm.token_count.total": 157,
        "llm.cost.total": 0.25,
    }


def test_langfuse_is_told_of_an_answer_in_parts_that_do_not_overlap() -> None:
    told = attributes_for(ANSWER, ("langfuse",))

    usage = json.loads(str(told.pop("langfuse.observation.usage_details")))
    cost = json.loads(str(told.pop("langfuse.observation.cost_details")))
    assert usage == {
        "input": 67,
        "input_cached_tokens": 40,
        "output": 30,
        "output_reasoning_tokens": 20,
        "total": 157,
    }
    assert usage.pop("total") == sum(usage.values())
    assert cost == {"total": 0.25}
    assert told == {
        "langfuse.session.id": "thread-1",
        "langfuse.observation.type": "generation",
        "langfuse.observation.model.name": "gemini-3.8-flash",
    }


def test_langsmith_is_told_of_an_answer() -> None:
    told = attributes_for(ANSWER, ("langsmith",))

    assert json.loads(str(told.pop("langsmith.usage_metadata"))) == {
        "input_tokens": 107,
        "output_tokens": 50,
        "total_tokens": 157,
        "input_token_details": {"cache_read": 40},
        "output_token_details": {"reasoning": 20},
        "total_cost": 0.25,
    }
    assert told == {
        "langsmith.span.kind": "llm",
        "langsmith.metadata.thread_id": "thread-1",
        "langsmith.metadata.ls_model_name": "gemini-3.8-flash",
    }


@pytest.mark.parametrize(
    ("facts", "kinds"),
    [
        pytest.param(ANSWER, ("LLM", "generation", "llm"), id="answer"),
        pytest.param(
            replace(ANSWER, usage=None), ("LLM", "generation", "llm"), id="refused"
        ),
        pytest.param(SUBMITTED, ("AGENT", "agent", "chain"), id="agent"),
        # Phoenix counts no tokens of a span of the kind AGENT.
        pytest.param(
            replace(SUBMITTED, usage=USAGE),
            ("LLM", "generation", "llm"),
            id="agent-with-tokens",
        ),
        pytest.param(WAIT, ("CHAIN", "span", "chain"), id="wait"),
        pytest.param(
            replace(WAIT, usage=USAGE), ("LLM", "generation", "llm"), id="wait-to-end"
        ),
    ],
)
def test_each_back_end_has_a_word_for_what_a_span_is(
    facts: CallFacts, kinds: tuple[str, ...]
) -> None:
    told = attributes_for(facts, tuple(BACKENDS))

    names = ("openinference.span.kind", "langfuse.observation.type")
    assert tuple(told[name] for name in (*names, "langsmith.span.kind")) == kinds


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("facts", [SUBMITTED, WAIT], ids=["submit", "wait"])
def test_what_another_span_counts_is_told_by_none(
    backend: str, facts: CallFacts
) -> None:
    told = attributes_for(replace(facts, cost_usd=0.25), (backend,))

    assert not [
        key for key in told if "usage" in key or "token" in key or "cost" in key
    ]


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_cost_that_nobody_knows_is_not_told_as_nothing(backend: str) -> None:
    told = attributes_for(replace(ANSWER, cost_usd=None), (backend,))

    assert "cost" not in json.dumps(told)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_turn_of_no_conversation_has_no_session(backend: str) -> None:
    told = attributes_for(replace(ANSWER, thread_id=""), (backend,))

    assert not [key for key in told if "session" in key or "thread" in key]


@pytest.mark.parametrize("session", ["s" * 201, "naïve"], ids=["long", "not-ascii"])
def test_a_session_that_langfuse_drops_is_not_sent_to_it(session: str) -> None:
    told = attributes_for(replace(ANSWER, thread_id=session), tuple(BACKENDS))

    assert "langfuse.session.id" not in told
    assert told["session.id"] == session


def test_the_model_is_the_one_that_answered() -> None:
    told = attributes_for(replace(ANSWER, answered_by="other"), tuple(BACKENDS))

    assert told["llm.model_name"] == "other"
    assert told["langfuse.observation.model.name"] == "other"
    assert told["langsmith.metadata.ls_model_name"] == "other"


def test_vertex_is_told_from_the_gemini_api() -> None:
    vertex = replace(ANSWER, server=Server("gcp.vertex_ai"))

    told = attributes_for(vertex, ("openinference",))

    assert (told["llm.provider"], told["llm.system"]) == ("google", "vertexai")


@pytest.mark.parametrize(
    ("switch", "wanted"),
    [
        pytest.param("", (), id="unset"),
        pytest.param("langfuse", ("langfuse",), id="one"),
        pytest.param(
            " Langfuse, openinference,langfuse,",
            ("langfuse", "openinference"),
            id="spaces-case-twice",
        ),
    ],
)
def test_the_switch_names_back_ends(switch: str, wanted: tuple[str, ...]) -> None:
    assert wanted_backends(switch) == wanted


def test_an_unknown_back_end_is_told_once_and_the_others_hold(
    caplog: pytest.LogCaptureFixture,
) -> None:
    wanted_backends.cache_clear()
    with caplog.at_level(logging.WARNING, "interactions_core"):
        wanted: list[Any] = [wanted_backends("pheonix,langfuse") for _ in range(3)]

    assert wanted == [("langfuse",)] * 3
    assert len(caplog.messages) == 1
    assert caplog.messages[0].startswith("INTERACTIONS_TRACE_KEYS names pheonix, and")
    assert caplog.messages[0].endswith("takes openinference, langfuse, langsmith")

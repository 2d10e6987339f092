"""What OpenTelemetry is told of each call."""

import asyncio
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from interactions_core.exceptions import AuthenticationError
from interactions_emulator import Emulator
from tests.crewai.conftest import MakeLLM
from tests.crewai.flows import user

# CrewAI reads its own deprecated fields.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    """Take the place of the provider, which a process can otherwise set only once."""
    monkeypatch.delenv("OTEL_SDK_DISABLED")
    kept, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    monkeypatch.setattr(trace, "get_tracer", provider.get_tracer)
    return kept


def test_a_chain_of_calls_is_one_conversation(
    make_llm: MakeLLM, emulator: Emulator, spans: InMemorySpanExporter
) -> None:
    llm = make_llm()
    said = llm.call([user("Hi.")])
    grown = [user("Hi."), {"role": "assistant", "content": said}, user("And?")]

    asyncio.run(llm.acall(grown))

    first, second = (dict(span.attributes or {}) for span in spans.get_finished_spans())
    one, two = (row["interaction"] for row in emulator.requests())
    assert [s.name for s in spans.get_finished_spans()] == ["chat gemini-3.5-flash"] * 2
    assert (first["gen_ai.response.id"], second["gen_ai.response.id"]) == (one, two)
    assert first["gen_ai.conversation.id"] == second["gen_ai.conversation.id"]
    assert second["interactions.previous_interaction_id"] == one
    assert second["interactions.plan_reason"] == "continue"
    assert "Hi." not in str([first, second])


def test_refusal_is_a_failed_span_without_its_text(
    make_llm: MakeLLM, emulator: Emulator, spans: InMemorySpanExporter
) -> None:
    emulator.fault(on="create", do={"status": 403, "message": "what was said"})

    with pytest.raises(AuthenticationError):
        make_llm().call("Hi.")

    [span] = spans.get_finished_spans()
    told: Any = span.to_json()
    assert span.status.status_code is trace.StatusCode.ERROR
    assert (span.attributes or {})["error.type"] == "AuthenticationError"
    assert "what was said" not in told

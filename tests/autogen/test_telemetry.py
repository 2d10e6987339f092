"""What AutoGen's event log and OpenTelemetry are told of each call."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from autogen_agentchat.agents import AssistantAgent
from autogen_agentchat.teams import RoundRobinGroupChat
from autogen_core.logging import LLMCallEvent, LLMStreamEndEvent, LLMStreamStartEvent
from autogen_core.models import UserMessage
from opentelemetry import trace
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, Tracer

from interactions_autogen import InteractionsChatCompletionClient
from interactions_core.exceptions import InvalidRequestError
from interactions_emulator import Emulator
from tests.autogen.conftest import MakeClient
from tests.autogen.event_log import EventLog

Client = InteractionsChatCompletionClient

pytestmark = pytest.mark.anyio

HELLO = [UserMessage(content="Hello", source="user")]


class Recorded(NonRecordingSpan):
    """A span that keeps what it is told; `parent` is the span it was opened in."""

    def __init__(self, name: str, attributes: Any, number: int) -> None:
        context = SpanContext(1, number, is_remote=False, trace_flags=TraceFlags(1))
        super().__init__(context)
        self.name, self.ended, self.status = name, False, None
        self.attributes: dict[str, Any] = dict(attributes or {})
        self.parent = trace.get_current_span()

    def set_attribute(self, key: str, value: Any) -> None:
        self.attributes[key] = value

    def set_status(self, status: Any, *_: Any) -> None:
        self.status = status.status_code

    def end(self, *_: Any) -> None:
        self.ended = True


class Tracing(trace.TracerProvider, Tracer):
    """The least that OpenTelemetry's interface asks of a provider and its tracer."""

    def __init__(self) -> None:
        self.spans: list[Recorded] = []

    def get_tracer(self, *_: Any, **__: Any) -> Tracer:
        return self

    def start_span(self, name: str, *_: Any, attributes: Any = None, **__: Any) -> Any:
        self.spans.append(Recorded(name, attributes, len(self.spans) + 1))
        return self.spans[-1]

    @contextmanager
    def start_as_current_span(  # type: ignore[override]
        self, name: str, *_: Any, attributes: Any = None, **__: Any
    ) -> Iterator[Recorded]:
        span = self.start_span(name, attributes=attributes)
        with trace.use_span(
            span, record_exception=False, set_status_on_exception=False
        ):
            yield span
        span.end()

    def chats(self) -> Sequence[Recorded]:
        return [span for span in self.spans if span.name.startswith("chat ")]


@pytest.fixture
def tracing(monkeypatch: pytest.MonkeyPatch) -> Tracing:
    """Take the place of the provider, which a process can otherwise set only once."""
    provider = Tracing()
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", provider)
    return provider


async def drained(client: Client) -> list[Any]:
    return [item async for item in client.create_stream(HELLO)]


async def test_call_event_has_ids_and_the_steps_that_were_sent(
    client: Client, log: EventLog
) -> None:
    agent = AssistantAgent("a", client)
    await agent.run(task="My name is Ada.")
    await agent.run(task="What is my name?")

    first, second = [event for event in log if isinstance(event, LLMCallEvent)]

    said = second.kwargs
    assert said["previous_interaction_id"] == first.kwargs["interaction_id"]
    assert (said["plan_reason"], said["status"]) == ("continue", "completed")
    assert said["model_name"] == "gemini-3.5-flash"
    [step] = said["messages"]
    assert step["content"][0]["text"] == "What is my name?"
    assert said["response"]["steps"][-1]["content"][0]["text"] == "Your name is Ada."
    assert second.prompt_tokens + second.completion_tokens > 0
    assert json.loads(str(second))["type"] == "LLMCall"


async def test_call_event_names_the_agent_of_a_team(
    client: Client, log: EventLog
) -> None:
    team = RoundRobinGroupChat([AssistantAgent("writer", client)], max_turns=1)

    await team.run(task="Hello")

    [event] = [event for event in log if isinstance(event, LLMCallEvent)]
    assert event.kwargs["agent_id"].startswith("writer_")


async def test_stream_is_reported_at_its_beginning_and_its_end(
    client: Client, log: EventLog
) -> None:
    await drained(client)

    start, end = log
    assert isinstance(start, LLMStreamStartEvent)
    assert isinstance(end, LLMStreamEndEvent)
    assert start.kwargs["messages"] == end.kwargs["sent"]
    assert end.kwargs["interaction_id"].startswith("v1_")
    assert json.loads(str(end))["completion_tokens"] == end.completion_tokens


async def test_nothing_is_reported_of_a_call_that_failed(
    client: Client, emulator: Emulator, log: EventLog
) -> None:
    emulator.fault(on="create", do={"status": 400, "message": "No."})

    with pytest.raises(InvalidRequestError):
        await client.create(HELLO)

    assert log == []


@pytest.mark.parametrize("stream", [False, True], ids=["create", "stream"])
async def test_chat_span_has_the_ids_and_tokens(
    client: Client,
    tracing: Tracing,
    emulator: Emulator,
    stream: bool,  # noqa: FBT001
) -> None:
    agent = AssistantAgent("a", client, model_client_stream=stream)

    await agent.run(task="Hello")
    await agent.run(task="Bye")

    first, second = tracing.chats()
    ids = [row["interaction"] for row in emulator.requests()]
    assert first.name == "chat gemini-3.5-flash"
    assert all(span.ended for span in (first, second))
    told = second.attributes
    assert told["gen_ai.operation.name"] == "chat"
    assert told["gen_ai.provider.name"] == "gcp.gemini"
    assert told["gen_ai.response.id"] == ids[1]
    assert told["interactions.previous_interaction_id"] == ids[0]
    assert told["interactions.plan_reason"] == "continue"
    assert told["gen_ai.usage.input_tokens"] > 0
    assert told["gen_ai.conversation.id"] == first.attributes["gen_ai.conversation.id"]


async def test_chat_span_is_inside_autogens_own(
    client: Client, tracing: Tracing
) -> None:
    await AssistantAgent("a", client).run(task="Hello")

    [span] = tracing.chats()
    assert isinstance(span.parent, Recorded)
    assert span.parent.name == "invoke_agent a"


async def test_span_of_a_failed_call_names_the_error_and_not_its_text(
    make_client: MakeClient, tracing: Tracing, emulator: Emulator
) -> None:
    emulator.fault(on="create", do={"status": 400, "message": "hunter2"})

    with pytest.raises(InvalidRequestError):
        await make_client().create(HELLO)

    [span] = tracing.chats()
    assert span.attributes["error.type"] == "InvalidRequestError"
    assert span.status is trace.StatusCode.ERROR
    assert "hunter2" not in repr(span.attributes)

"""What CrewAI is told of calls: events, chunks, hooks and token counts."""

import asyncio
import copy
from typing import Any

import pytest
from crewai.events.types.llm_events import (
    LLMCallCompletedEvent,
    LLMCallFailedEvent,
    LLMCallStartedEvent,
    LLMStreamChunkEvent,
    LLMThinkingChunkEvent,
)
from crewai.flow.flow import Flow, start
from crewai.llms.base_llm import LLMCallBlockedError
from pydantic import BaseModel

from interactions_core.exceptions import (
    InteractionsError,
    RateLimitError,
)
from interactions_emulator import Emulator
from tests.crewai.conftest import MakeLLM
from tests.crewai.event_bus import events_of
from tests.crewai.flows import WEATHER, user
from tests.crewai.helped import hooks

PNG = "iVBORw0KGgo="
CALL: dict[str, Any] = {
    "calls": [{"name": "get_weather", "arguments": {"city": "Rome"}}]
}


# CrewAI reads its own deprecated fields.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


class City(BaseModel):
    name: str


def bodies(emulator: Emulator) -> list[dict[str, Any]]:
    return [request["body"] for request in emulator.requests()]


@pytest.mark.parametrize("stream", [False, True])
def test_every_event_comes_once_with_the_interaction_id(
    make_llm: MakeLLM, emulator: Emulator, *, stream: bool
) -> None:
    llm = make_llm(stream=stream)

    kinds = (LLMCallStartedEvent, LLMCallCompletedEvent, LLMCallFailedEvent)
    seen = events_of(lambda: llm.call("Hi."), *kinds)

    assert sorted(event.type for event in seen) == [
        "llm_call_completed",
        "llm_call_started",
    ]
    [done] = [event for event in seen if event.type == "llm_call_completed"]
    assert done.response_id == emulator.requests()[0]["interaction"]


def test_streamed_chunks_are_the_answer(make_llm: MakeLLM, emulator: Emulator) -> None:
    emulator.script([{"reply": {"text": "Well then.", "thought": True}}])
    llm = make_llm(stream=True, thinking_summaries="auto")
    answers: list[str] = []

    seen = events_of(
        lambda: answers.append(llm.call("Hi.")),
        LLMStreamChunkEvent,
        LLMThinkingChunkEvent,
    )

    chunks = [event.chunk for event in seen if event.type == "llm_stream_chunk"]
    assert answers == ["Well then."]
    assert sorted("".join(chunks)) == sorted("Well then.")


def test_usage_counts_every_token_once(make_llm: MakeLLM) -> None:
    llm = make_llm()
    copied = copy.copy(llm)

    copied.call("Hi.")

    usage = llm.get_token_usage_summary()
    assert usage.successful_requests == 1
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens > 0


def test_completed_event_says_how_the_call_was_sent(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    llm = make_llm()
    said = llm.call([user("Hi.")])
    grown = [user("Hi."), {"role": "assistant", "content": said}, user("And?")]

    [done] = events_of(lambda: llm.call(grown), LLMCallCompletedEvent)

    first, second = (row["interaction"] for row in emulator.requests())
    assert done.response_id == second
    assert done.finish_reason == "completed"
    assert done.usage["previous_interaction_id"] == first
    assert done.usage["plan_reason"] == "continue"
    assert done.usage["model_name"] == "gemini-3.5-flash"
    assert done.usage["total_tokens"] > 0


def test_flow_counts_every_token_once(make_llm: MakeLLM) -> None:
    llm = make_llm()

    class Direct(Flow[Any]):
        @start()
        def ask(self) -> str:
            return llm.call("Hi.")

    flow = Direct()
    flow.kickoff()

    counted = flow.usage_metrics
    assert counted.total_tokens == llm.get_token_usage_summary().total_tokens > 0


def test_hook_that_blocks_a_call_sends_nothing(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    with hooks(before=lambda _: False), pytest.raises(LLMCallBlockedError):
        make_llm().call("Hi.")

    assert emulator.requests() == []


def test_hooks_of_a_direct_call_see_and_change_it(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    def shout(context: Any) -> None:
        context.messages[0]["content"] += "!"

    with hooks(before=shout, after=lambda context: context.response.upper()):
        said = make_llm().call([user("Hi")])

    assert bodies(emulator)[0]["input"][0]["content"][0]["text"] == "Hi!"
    assert said == said.upper()


@pytest.mark.parametrize("way", ["call", "acall"])
def test_function_that_fails_is_reported_once(
    make_llm: MakeLLM, emulator: Emulator, way: str
) -> None:
    def broken(city: str) -> str:
        raise OSError(city)

    emulator.script([{"reply": CALL}])
    llm = make_llm()
    asked: Any = {"tools": [WEATHER], "available_functions": {"get_weather": broken}}

    def act() -> None:
        with pytest.raises(InteractionsError, match="get_weather"):
            _ = (
                llm.call("Rome?", **asked)
                if way == "call"
                else asyncio.run(llm.acall("Rome?", **asked))
            )

    seen = events_of(act, LLMCallCompletedEvent, LLMCallFailedEvent)

    assert [event.type for event in seen] == ["llm_call_failed"]


def test_calls_are_streamed_with_their_arguments(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    emulator.script([{"reply": CALL | {"arguments_chars": 4}}])
    llm = make_llm(stream=True)

    seen = events_of(lambda: llm.call("Rome?", tools=[WEATHER]), LLMStreamChunkEvent)

    pieces = [event.tool_call for event in seen if event.tool_call]
    assert {piece.function.name for piece in pieces} == {"get_weather"}
    assert {event.call_type.value for event in seen} == {"tool_call"}
    assert len(pieces) > 2


def test_busy_service_is_asked_again_by_the_llm_and_not_by_crewai(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    for nth in (1, 2):
        emulator.fault(on="create", nth=nth, do={"status": 429})
    llm = make_llm(max_retries=1)
    llm._clients.waits.sleep = lambda _: None

    with pytest.raises(RateLimitError):
        llm.call("Hi.")

    assert len(emulator.requests()) == 2


def test_interrupted_call_ends_its_events(make_llm: MakeLLM) -> None:
    def interrupt(_: Any) -> None:
        raise KeyboardInterrupt

    def act() -> None:
        with hooks(before=interrupt), pytest.raises(KeyboardInterrupt):
            make_llm().call("Hi.")

    seen = events_of(act, LLMCallStartedEvent, LLMCallFailedEvent)

    assert {event.type for event in seen} == {"llm_call_started", "llm_call_failed"}

"""Managed agents as chat models: they run in the background, and a call waits."""

import asyncio
import itertools
from collections.abc import Callable
from functools import reduce
from operator import add
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage, message_chunk_to_message

from interactions_core.exceptions import (
    DeadlineExceededError,
    JobFailedError,
    LostSubmitError,
)
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions
from tests.conftest import Clock
from tests.waiting import wait_by

RESEARCH = "deep-research-preview-04-2026"
ANTIGRAVITY = "antigravity-preview-09-2026"
PLANS = {"type": "deep-research", "collaborative_planning": True}
WORKS = {"type": "deep-research", "collaborative_planning": False}

WAYS = ["invoke", "ainvoke", "stream", "astream"]


@pytest.fixture
def agent(
    make_model: Callable[..., ChatInteractions], emulator: Emulator, clock: Clock
) -> Callable[..., ChatInteractions]:
    """Make agents that pass the time between two looks without waiting."""

    def pause(seconds: float) -> None:
        clock.sleep(seconds)
        emulator.advance(seconds)

    def make(**options: Any) -> ChatInteractions:
        model = make_model(**{"agent": RESEARCH} | options)
        wait_by(model, pause)
        return model

    return make


def ask(model: ChatInteractions, way: str, messages: list[Any], **call: Any) -> Any:
    if way == "invoke":
        return model.invoke(messages, **call)
    if way == "stream":
        return message_chunk_to_message(reduce(add, model.stream(messages, **call)))
    return asyncio.run(_ask(model, way, messages, call))


async def _ask(model: Any, way: str, messages: list[Any], call: Any) -> Any:
    async with model:
        if way == "ainvoke":
            return await model.ainvoke(messages, **call)
        chunks = [chunk async for chunk in model.astream(messages, **call)]
        return message_chunk_to_message(reduce(add, chunks))


def creates(emulator: Emulator) -> list[Any]:
    return [
        one
        for one in emulator.requests()
        if one["method"] == "POST" and one["path"].endswith("/interactions")
    ]


@pytest.mark.parametrize("way", WAYS)
def test_research_runs_in_the_background_and_the_call_waits_for_the_report(
    way: str, agent: Callable[..., ChatInteractions], emulator: Emulator
) -> None:
    report = ask(agent(), way, [HumanMessage("The history of TPUs")])

    [create] = creates(emulator)
    assert create["body"]["background"] is True
    assert "TPUs" in report.text
    assert report.response_metadata["status"] == "completed"
    assert report.response_metadata["model_name"] == RESEARCH
    assert report.usage_metadata["output_tokens"] > 0
    assert report.response_metadata["grounding_metadata"]["web_search_queries"]


@pytest.mark.parametrize("way", ["invoke", "stream"])
def test_a_look_that_fails_is_not_a_run_that_failed(
    way: str, agent: Callable[..., ChatInteractions], emulator: Emulator
) -> None:
    emulator.script([{"reply": {"text": "Done.", "wait_s": 30}}])
    if way == "stream":
        emulator.fault(on="create", do={"truncate_after_events": 2})
    for nth, do in enumerate(
        [{"status": 503}, {"status": 403}, {"close": "before"}, {"status": 429}], 1
    ):
        emulator.fault(on="get", nth=nth, do=do)

    report = ask(agent(), way, [HumanMessage("TPUs")])

    assert report.text == "Done."
    assert len(creates(emulator)) == 1


@pytest.mark.parametrize("way", WAYS)
def test_a_run_that_takes_too_long_is_cancelled_by_the_deadline(
    way: str, agent: Callable[..., ChatInteractions], emulator: Emulator
) -> None:
    if "stream" in way:
        emulator.fault(on="create", do={"stall": True, "truncate_after_events": 1})
    else:
        emulator.fault(on="create", do={"stall": True})

    with pytest.raises(DeadlineExceededError, match="cancelled") as caught:
        ask(agent(deadline_s=100.0), way, [HumanMessage("TPUs")])

    [cancel] = [r for r in emulator.requests() if r["path"].endswith("/cancel")]
    assert caught.value.interaction_id in cancel["path"]
    assert cancel["status"] == 200
    assert not getattr(caught.value, "is_retryable", True)


def test_a_cancelled_task_cancels_the_run(
    agent: Callable[..., ChatInteractions], emulator: Emulator
) -> None:
    emulator.fault(on="create", do={"stall": True})
    model = agent()

    async def begin() -> None:
        asleep = asyncio.Event()

        async def wait(_seconds: float) -> None:
            asleep.set()
            await asyncio.Event().wait()

        wait_by(model, wait)
        async with model:
            task = asyncio.create_task(model.ainvoke("TPUs"))
            await asleep.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(begin())

    assert [r["path"].endswith("/cancel") for r in emulator.requests()][-1]


def test_an_interrupted_wait_cancels_the_run(
    agent: Callable[..., ChatInteractions], emulator: Emulator
) -> None:
    emulator.fault(on="create", do={"stall": True})
    model = agent()

    def interrupt(_seconds: float) -> None:
        raise KeyboardInterrupt

    wait_by(model, interrupt)

    with pytest.raises(KeyboardInterrupt):
        model.invoke("TPUs")

    assert emulator.requests()[-1]["path"].endswith("/cancel")


def test_a_stream_that_is_left_cancels_the_run(
    agent: Callable[..., ChatInteractions], emulator: Emulator
) -> None:
    emulator.script([{"reply": {"text": "One. Two. Three.", "wait_s": 0}}])

    stream = agent().stream("TPUs")
    assert list(itertools.islice(stream, 1))
    stream.close()

    assert emulator.requests()[-1]["path"].endswith("/cancel")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("do", [{"close": "after"}, {"status": 504}])
def test_a_run_whose_create_was_never_answered_is_not_begun_twice(
    do: Any, way: str, agent: Callable[..., ChatInteractions], emulator: Emulator
) -> None:
    emulator.fault(on="create", do=do)

    with pytest.raises(LostSubmitError, match="resubmit"):
        ask(agent(), way, [HumanMessage("TPUs")])

    assert len(creates(emulator)) == 1


def test_a_lost_create_is_sent_again_where_that_is_wanted(
    agent: Callable[..., ChatInteractions], emulator: Emulator
) -> None:
    emulator.fault(on="create", do={"close": "after"})

    report = agent(on_lost_submit="resubmit").invoke("The history of TPUs")

    assert "TPUs" in report.text
    assert len(creates(emulator)) == 2


def test_a_busy_service_is_asked_again(
    agent: Callable[..., ChatInteractions], emulator: Emulator
) -> None:
    emulator.fault(on="create", do={"status": 503})

    assert "TPUs" in agent().invoke("The history of TPUs").text


def test_a_run_that_fails_says_why(
    agent: Callable[..., ChatInteractions], emulator: Emulator
) -> None:
    emulator.script(
        [
            {
                "reply": {
                    "status": "failed",
                    "errors": [{"code": "internal", "message": "no luck"}],
                    "steps": [],
                }
            }
        ]
    )

    with pytest.raises(JobFailedError, match="no luck"):
        agent().invoke("TPUs")


@pytest.mark.parametrize("way", WAYS)
def test_a_plan_is_approved_in_an_ordinary_second_turn(
    way: str, agent: Callable[..., ChatInteractions], emulator: Emulator
) -> None:
    model = agent(agent_config=PLANS)
    messages: list[Any] = [HumanMessage("The history of TPUs")]

    messages.append(ask(model, way, messages))
    messages.append(HumanMessage("Looks good."))
    report = ask(model, way, messages, agent_config=WORKS)

    assert messages[1].text.startswith("# Research plan")
    assert "It follows the agreed plan." in report.text
    plan_id = messages[1].response_metadata["interaction_id"]
    assert report.response_metadata["previous_interaction_id"] == plan_id
    assert len(creates(emulator)[1]["body"]["input"]) == 1


def test_a_model_goes_on_where_research_ended(
    agent: Callable[..., ChatInteractions], make_model: Callable[..., Any]
) -> None:
    researcher = agent(sessions="memory:research")
    question = HumanMessage("My topic is TPUs.")
    report = researcher.invoke([question])

    model = make_model(sessions="memory:research")
    answer = model.invoke([question, report, HumanMessage("What is my topic?")])

    assert answer.text == "Your topic is TPUs."
    assert answer.response_metadata["plan_reason"] == "continue"


def test_progress_is_seen_while_an_agent_works(
    agent: Callable[..., ChatInteractions],
) -> None:
    config = {"type": "deep-research", "thinking_summaries": "auto"}

    chunks = [*agent(agent_config=config).stream("The history of TPUs")]

    kinds = [block["type"] for chunk in chunks for block in chunk.content_blocks]
    assert kinds.index("reasoning") < kinds.index("text")


@pytest.mark.parametrize("way", WAYS)
def test_the_environment_of_a_conversation_stays(
    way: str, agent: Callable[..., ChatInteractions], emulator: Emulator
) -> None:
    model = agent(agent=ANTIGRAVITY)
    messages: list[Any] = [HumanMessage("Write 'hello' to /notes/hello.txt")]

    messages.append(ask(model, way, messages))
    ask(model, way, [*messages, HumanMessage("Thanks. Go on.")])

    first, second = [one["body"] for one in creates(emulator)]
    assert first["environment"] == "remote"
    assert second["environment"] not in {None, "remote"}
    assert second["previous_interaction_id"]


def test_an_agents_own_calls_are_not_the_clients(
    agent: Callable[..., ChatInteractions],
) -> None:
    model = agent(agent=ANTIGRAVITY)
    question = [HumanMessage("Write 'hello' to /notes/hello.txt")]

    unary = model.invoke(question)
    streamed = reduce(add, model.stream(question))

    assert isinstance(unary, AIMessage)
    assert unary.tool_calls == streamed.tool_calls == []
    assert "executable_code" in str(unary.content)
    assert unary.response_metadata["server_tools"]

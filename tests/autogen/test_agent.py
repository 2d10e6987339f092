"""Managed agents in AutoGen teams: progress, plans, cancelling, saving and loading."""

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from autogen_agentchat.agents import AssistantAgent
from autogen_agentchat.conditions import HandoffTermination, MaxMessageTermination
from autogen_agentchat.messages import (
    HandoffMessage,
    StructuredMessage,
    TextMessage,
    ThoughtEvent,
    ToolCallExecutionEvent,
    ToolCallRequestEvent,
)
from autogen_agentchat.teams import RoundRobinGroupChat, SelectorGroupChat, Swarm
from autogen_core import CancellationToken, ComponentModel
from pydantic import BaseModel

from interactions_autogen import InteractionsAgent, InteractionsChatCompletionClient
from interactions_core import MemoryStore, PlanDecision
from interactions_core.exceptions import ConfigurationError, UnsupportedContentError
from interactions_emulator import Emulator
from tests.conftest import Clock
from tests.patience import PATIENCE_S
from tests.waiting import go_by, wait_by

RESEARCH = "deep-research-preview-04-2026"
ANTIGRAVITY = "antigravity-preview-09-2026"
NO_BACKGROUND = {
    "status": 400,
    "message": "The agent does not support using background=True",
}
PLANS = {
    "type": "deep-research",
    "thinking_summaries": "auto",
    "collaborative_planning": True,
}

WORKS = {"type": "deep-research", "thinking_summaries": "auto"}


class Verdict(BaseModel):
    """What a form gives back."""

    approved: bool
    comments: str


MakeAgent = Callable[..., InteractionsAgent]

pytestmark = pytest.mark.anyio


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(job_s=0.05) as running:
        yield running


@pytest.fixture
def make_agent(emulator: Emulator, clock: Clock) -> MakeAgent:
    """Make agents that pass the time between two looks without waiting."""
    sessions = MemoryStore()

    async def pause(seconds: float) -> None:
        clock.sleep(seconds)
        emulator.advance(seconds)

    def make(name: str = "researcher", **options: Any) -> InteractionsAgent:
        given: dict[str, Any] = {
            "agent": RESEARCH,
            "base_url": emulator.url,
            "api_key": "k",
            "sessions": sessions,
        }
        agent = InteractionsAgent(name, **given | options)
        go_by(agent._client, clock)
        wait_by(agent._client, pause)
        return agent

    return make


def bodies(emulator: Emulator) -> list[Any]:
    return [
        one["body"]
        for one in emulator.requests()
        if one["method"] == "POST" and one["path"].endswith("/interactions")
    ]


def says(content: str, target: str = "researcher") -> HandoffMessage:
    return HandoffMessage(source="user", target=target, content=content)


async def test_report_is_a_message_with_its_cost_and_its_interaction(
    make_agent: MakeAgent, emulator: Emulator
) -> None:
    agent = make_agent()

    done = await agent.run(task="The history of TPUs")

    report = done.messages[-1]
    [body] = bodies(emulator)
    assert isinstance(report, TextMessage)
    assert "TPUs" in report.content
    assert report.models_usage is not None
    assert report.models_usage.completion_tokens > 0
    assert report.metadata["interaction_id"].startswith("v1_")
    assert body["background"] is True
    assert body["agent"] == RESEARCH


async def test_an_agent_that_takes_no_background_is_asked_at_once(
    make_agent: MakeAgent, emulator: Emulator
) -> None:
    """API: Antigravity said so from May to September 2026."""
    emulator.fault(do=NO_BACKGROUND, times=9, match={"background": True})
    agent = make_agent(agent=ANTIGRAVITY)

    for question in ("Count the files", "Name them"):
        done = await agent.run(task=question)
        assert isinstance(done.messages[-1], TextMessage)

    asked = [body.get("background") for body in bodies(emulator)]
    assert asked == [True, None, None]


@pytest.mark.parametrize("shape", ["round robin", "selector", "swarm"])
async def test_progress_is_shown_as_events_that_every_team_accepts(
    shape: str, make_agent: MakeAgent, emulator: Emulator
) -> None:
    agent = make_agent(agent_config=WORKS)
    stop = MaxMessageTermination(2)
    client = InteractionsChatCompletionClient(
        model="gemini-3.5-flash", base_url=emulator.url, api_key="k"
    )
    helper = AssistantAgent("helper", client)
    teams: dict[str, Any] = {
        "round robin": lambda: RoundRobinGroupChat([agent], termination_condition=stop),
        "selector": lambda: SelectorGroupChat(
            [agent, helper],
            client,
            termination_condition=stop,
            selector_func=lambda _: agent.name,
        ),
        "swarm": lambda: Swarm([agent], termination_condition=stop),
    }

    done = await teams[shape]().run(task="The history of TPUs")

    kinds = {type(message) for message in done.messages}
    assert {ThoughtEvent, ToolCallRequestEvent, ToolCallExecutionEvent} <= kinds
    assert isinstance(done.messages[-1], TextMessage)


async def test_second_task_is_chained_on_the_first(
    make_agent: MakeAgent, emulator: Emulator
) -> None:
    agent = make_agent()
    first = await agent.run(task="The history of TPUs")

    await agent.run(task="And of GPUs?")

    second = bodies(emulator)[1]
    name = first.messages[-1].metadata["interaction_id"]
    assert second["previous_interaction_id"] == name
    assert len(second["input"]) == 1


async def test_everything_is_sent_again_when_the_server_forgot(
    make_agent: MakeAgent, emulator: Emulator
) -> None:
    agent = make_agent()
    first = await agent.run(task="The history of TPUs")
    name = first.messages[-1].metadata["interaction_id"]
    await agent._client._ready().awaited.delete(name)

    done = await agent.run(task="And of GPUs?")

    assert "previous_interaction_id" not in bodies(emulator)[-1]
    said = [step for step in bodies(emulator)[-1]["input"] if "content" in step]
    assert [step["type"] for step in said] == [
        "user_input",
        "model_output",
        "user_input",
    ]
    assert isinstance(done.messages[-1], TextMessage)


@pytest.mark.parametrize(
    "words",
    ["LGTM", "Yes, go ahead.", "Approved, please proceed", "Sounds good, thanks"],
)
async def test_plan_is_handed_to_the_user_and_done_once_it_is_approved(
    words: str, make_agent: MakeAgent, emulator: Emulator
) -> None:
    def team() -> Swarm:
        stop = HandoffTermination("user") | MaxMessageTermination(2)
        members = [make_agent(agent_config=PLANS)]
        return Swarm(members, termination_condition=stop)

    first = team()
    planned = await first.run(task="The history of TPUs")
    state = json.loads(json.dumps(await first.save_state()))
    second = team()
    await second.load_state(state)
    done = await second.run(task=says(words))

    plan = planned.messages[-1]
    asked = [
        body["agent_config"]["collaborative_planning"] for body in bodies(emulator)
    ]
    assert isinstance(plan, HandoffMessage)
    assert plan.target == "user"
    assert "agreed plan" in done.messages[-1].to_text()
    assert asked == [True, False]
    assert (
        bodies(emulator)[1]["previous_interaction_id"]
        == plan.metadata["interaction_id"]
    )


async def test_another_answer_to_a_plan_asks_for_another_plan(
    make_agent: MakeAgent, emulator: Emulator
) -> None:
    agent = make_agent(agent_config=PLANS)
    await agent.run(task="The history of TPUs")

    again = await agent.run(task="Approve nothing before 2020.")

    asked = [
        body["agent_config"]["collaborative_planning"] for body in bodies(emulator)
    ]
    assert isinstance(again.messages[-1], HandoffMessage)
    assert asked == [True, True]


@pytest.mark.parametrize("approved", [True, False])
async def test_decision_may_be_a_structured_message(
    *, approved: bool, make_agent: MakeAgent
) -> None:
    agent = make_agent(agent_config=PLANS)
    await agent.run(task="The history of TPUs")
    decision = Verdict(approved=approved, comments="Begin with 2015.")

    done = await agent.run(
        task=StructuredMessage[Verdict](source="user", content=decision)
    )

    assert isinstance(done.messages[-1], TextMessage) is approved


@pytest.mark.parametrize("approved", [True, False])
@pytest.mark.parametrize("words", ["Yes.", "No.", "Begin with 2015."])
async def test_decision_in_the_metadata_of_a_message_goes_before_its_words(
    words: str, *, approved: bool, make_agent: MakeAgent, emulator: Emulator
) -> None:
    agent = make_agent(agent_config=PLANS)
    await agent.run(task="The history of TPUs")
    told = PlanDecision(approved=approved).to_metadata()

    await agent.run(task=TextMessage(source="user", content=words, metadata=told))

    config = bodies(emulator)[1]["agent_config"]
    assert config["collaborative_planning"] is not approved


async def test_an_unknown_decision_in_the_metadata_is_an_error(
    make_agent: MakeAgent, emulator: Emulator
) -> None:
    agent = make_agent(agent_config=PLANS)
    await agent.run(task="The history of TPUs")
    told = {"plan_decision": "aproved"}

    with pytest.raises(ConfigurationError, match="not 'aproved'"):
        await agent.run(task=TextMessage(source="user", content="Go", metadata=told))

    assert len(bodies(emulator)) == 1


@pytest.mark.parametrize(
    ("words", "told"), [("Hmm.", 1), ("Yes, but shorter.", 0), ("LGTM", 0)]
)
async def test_words_that_decide_nothing_are_told_what_another_plan_costs(
    words: str,
    told: int,
    make_agent: MakeAgent,
    caplog: pytest.LogCaptureFixture,
) -> None:
    agent = make_agent(agent_config=PLANS)
    planned = (await agent.run(task="The history of TPUs")).messages[-1]
    usage = planned.models_usage
    state = json.loads(json.dumps(await agent.save_state()))
    other = make_agent(agent_config=PLANS)
    await other.load_state(state)

    done = await other.run(task=words)

    notices = [one for one in caplog.messages if "neither approves" in one]
    shown = [one for one in done.messages if isinstance(one, ThoughtEvent)]
    assert len(notices) == told
    assert sum("neither approves" in one.content for one in shown) == told
    for notice in notices:
        assert planned.metadata["interaction_id"] in notice
        took = usage.prompt_tokens + usage.completion_tokens
        assert f"{took} tokens" in notice


async def test_approval_may_be_decided_by_the_program(make_agent: MakeAgent) -> None:
    agent = make_agent(agent_config=PLANS, approval=lambda m: "LGTM" in m.to_text())
    await agent.run(task="The history of TPUs")

    done = await agent.run(task="LGTM, go")

    assert isinstance(done.messages[-1], TextMessage)


async def test_next_task_after_a_report_begins_with_a_plan_again(
    make_agent: MakeAgent,
) -> None:
    agent = make_agent(agent_config=PLANS)
    for words in ("The history of TPUs", "approve"):
        await agent.run(task=words)

    done = await agent.run(task="approve")

    assert isinstance(done.messages[-1], HandoffMessage)


@pytest.mark.parametrize("how", ["token", "task"])
async def test_cancelled_turn_cancels_the_run(
    how: str, make_agent: MakeAgent, emulator: Emulator
) -> None:
    agent, token = make_agent(agent_config=WORKS), CancellationToken()
    began = asyncio.Event()

    async def work() -> None:
        said = agent.run_stream(task="The history of TPUs", cancellation_token=token)
        async for item in said:
            if isinstance(item, ThoughtEvent):
                began.set()

    running = asyncio.ensure_future(work())
    async with asyncio.timeout(PATIENCE_S):
        await began.wait()
    token.cancel() if how == "token" else running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    paths = [one["path"] for one in emulator.requests()]
    assert paths[-1].endswith("/cancel")


async def test_reset_begins_a_new_conversation(
    make_agent: MakeAgent, emulator: Emulator
) -> None:
    agent = make_agent()
    await agent.run(task="The history of TPUs")

    await agent.on_reset(CancellationToken())
    await agent.run(task="The history of GPUs")

    assert "previous_interaction_id" not in bodies(emulator)[1]
    assert len(bodies(emulator)[1]["input"]) == 1


async def test_question_of_a_turn_that_was_cut_short_is_asked_once(
    make_agent: MakeAgent, emulator: Emulator
) -> None:
    """A team hands the messages over again after a snapshot in the middle of a turn."""
    agent = make_agent()
    running = agent.run_stream(task="The history of TPUs")
    states = [json.dumps(await agent.save_state()) async for _ in running]
    again = make_agent()
    await again.load_state(json.loads(states[1]))

    done = await again.run(task="The history of TPUs")

    assert len(bodies(emulator)) == 1
    reports = [m["content"] for m in (await agent.save_state())["messages"][1:]]
    assert [done.messages[-1].to_text()] == reports


async def test_environment_is_kept_from_turn_to_turn(
    make_agent: MakeAgent, emulator: Emulator
) -> None:
    agent = make_agent("coder", agent=ANTIGRAVITY)
    await agent.run(task="Write a file.")

    await agent.run(task="Read it.")

    first, second = [body["environment"] for body in bodies(emulator)]
    assert first == "remote"
    assert second not in {"remote", ""}


async def test_component_holds_the_options_and_no_key(make_agent: MakeAgent) -> None:
    agent = make_agent(sessions="memory:agents", agent_config=PLANS, approver="boss")

    text = agent.dump_component().model_dump_json()
    loaded = InteractionsAgent.load_component(ComponentModel.model_validate_json(text))

    assert '"k"' not in text
    assert loaded.name == "researcher"
    assert loaded.dump_component().config["approver"] == "boss"
    assert loaded.dump_component().config["options"]["agent_config"] == PLANS


async def test_function_given_as_approval_has_no_place_in_a_component(
    make_agent: MakeAgent,
) -> None:
    agent = make_agent(sessions="memory:agents", approval=lambda _: True)

    with pytest.raises(ConfigurationError, match="approval"):
        agent.dump_component()


def test_name_of_the_managed_agent_is_required() -> None:
    with pytest.raises(ConfigurationError, match="agent="):
        InteractionsAgent("researcher", model="gemini-3.5-flash")


async def test_call_of_a_function_is_refused_with_its_name(
    make_agent: MakeAgent, emulator: Emulator
) -> None:
    emulator.script([{"reply": {"calls": [{"name": "look_up", "arguments": {}}]}}])
    agent = make_agent("coder", agent=ANTIGRAVITY)

    with pytest.raises(UnsupportedContentError, match="look_up"):
        await agent.run(task="Look it up.")

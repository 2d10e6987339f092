"""What becomes of lists that the API would not take as AutoGen writes them."""

import asyncio
from typing import Any

import pytest
from autogen_agentchat.agents import AssistantAgent
from autogen_agentchat.base import TaskResult
from autogen_agentchat.teams import DiGraphBuilder, GraphFlow, RoundRobinGroupChat
from autogen_core import CancellationToken, FunctionCall
from autogen_core.logging import LLMCallEvent
from autogen_core.memory import ListMemory, MemoryContent
from autogen_core.models import (
    AssistantMessage,
    CreateResult,
    FunctionExecutionResult,
    FunctionExecutionResultMessage,
    LLMMessage,
    SystemMessage,
    UserMessage,
)
from autogen_core.tools import FunctionTool

from interactions_autogen import InteractionsChatCompletionClient
from interactions_emulator import Emulator
from tests.autogen import teams
from tests.autogen.conftest import MakeClient
from tests.autogen.event_log import EventLog
from tests.autogen.oracle import differences
from tests.autogen.witness import Witness
from tests.patience import PATIENCE_S

Client = InteractionsChatCompletionClient

pytestmark = pytest.mark.anyio

NUDGE = {"type": "user_input", "content": [{"type": "text", "text": "Continue."}]}


def user(text: str, source: str = "user") -> UserMessage:
    return UserMessage(content=text, source=source)


def model(content: Any) -> AssistantMessage:
    return AssistantMessage(content=content, source="agent")


def call(call_id: str) -> FunctionCall:
    return FunctionCall(call_id, '{"city": "Rome"}', "get_weather")


def result(call_id: str, content: str = "21") -> FunctionExecutionResultMessage:
    done = FunctionExecutionResult(content=content, name="get_weather", call_id=call_id)
    return FunctionExecutionResultMessage(content=[done])


def bodies(emulator: Emulator) -> list[dict[str, Any]]:
    rows = emulator.requests()
    assert {row["status"] for row in rows} <= {200}
    return [row["body"] for row in rows]


def kinds(body: dict[str, Any]) -> list[str]:
    return [step["type"] for step in body["input"]]


def texts(body: dict[str, Any]) -> list[str]:
    return [block["text"] for step in body["input"] for block in step["content"]]


async def ask(client: Client, *messages: LLMMessage, **options: Any) -> CreateResult:
    return await client.create(list(messages), **options)


async def test_agent_that_speaks_twice_is_nudged_on_its_own_chain(
    client: Client, emulator: Emulator
) -> None:
    """AutoGen: a list that ends with the agent's own words has nothing to send."""
    team = RoundRobinGroupChat([teams.agent("worker", client)], max_turns=3)

    await team.run(task="Think.")

    first, *others = bodies(emulator)
    assert kinds(first) == ["user_input"]
    assert [body["input"] for body in others] == [[NUDGE], [NUDGE]]
    assert all(body["previous_interaction_id"] for body in others)


async def test_nudge_is_an_option_and_no_part_of_what_is_recognised(
    make_client: MakeClient, emulator: Emulator
) -> None:
    client = make_client(nudge="Go on.")
    one = model((await ask(client, user("Think."))).content)

    two = model((await ask(client, user("Think."), one)).content)
    await ask(client, user("Think."), one, two, user("Thanks."))

    _, nudged, last = bodies(emulator)
    assert texts(nudged) == ["Go on."]
    assert texts(last) == ["Thanks."]
    assert last["previous_interaction_id"]


async def test_other_agents_calls_in_a_handoff_are_taken(
    witness: Witness, emulator: Emulator
) -> None:
    """AutoGen: a handoff's context splices the other agent's calls and results in."""
    emulator.script(teams.SWARM)

    await teams.swarm(witness)

    handed = next(
        body
        for body in bodies(emulator)
        if "triage" in body["system_instruction"] and "thought" in kinds(body)
    )
    after = kinds(handed)[kinds(handed).index("thought") :]
    assert after[:3] == ["thought", "function_call", "function_result"]
    assert handed["previous_interaction_id"]


async def test_list_may_begin_with_the_models_words_and_hold_two_in_a_row(
    client: Client, emulator: Emulator
) -> None:
    """AutoGen: MagenticOne's ledger prompts, and contexts that lost their head."""
    await ask(client, model("The ledger."), model("Go on."), user("Who speaks?"))

    assert kinds(bodies(emulator)[0]) == ["model_output", "model_output", "user_input"]


async def test_call_that_nobody_answered_gets_an_error_as_its_result(
    client: Client, emulator: Emulator
) -> None:
    """AutoGen: a tool that was cancelled leaves its call open."""
    token, started = CancellationToken(), asyncio.Event()

    async def get_weather(city: str) -> str:
        started.set()
        await asyncio.sleep(60)
        return city

    tool = FunctionTool(get_weather, description="Get the weather of a city.")
    agent = AssistantAgent("a", client, tools=[tool])
    question = "call get_weather for Rome"
    run = asyncio.ensure_future(agent.run(task=question, cancellation_token=token))
    await asyncio.wait_for(started.wait(), PATIENCE_S)
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run

    await agent.run(task="Never mind.")

    closed, said = bodies(emulator)[-1]["input"]
    assert (closed["type"], closed["is_error"]) == ("function_result", True)
    assert said["content"][0]["text"] == "Never mind."
    assert bodies(emulator)[-1]["previous_interaction_id"]


async def test_open_call_before_another_call_is_closed(
    client: Client, emulator: Emulator
) -> None:
    """AutoGen: a token-limited context drops messages from the middle."""
    await ask(client, user("Hi"), model([call("1")]), model([call("2")]), result("2"))

    results = {
        step["call_id"]: step.get("is_error", False)
        for step in bodies(emulator)[0]["input"]
        if step["type"] == "function_result"
    }
    assert results == {"1": True, "2": False}


async def test_result_without_its_call_is_said_in_words(
    client: Client, emulator: Emulator
) -> None:
    """AutoGen: a buffered context may begin after the call."""
    await ask(client, result("1", "sunny"), user("So?"))

    assert texts(bodies(emulator)[0]) == ["[result of get_weather: sunny]", "So?"]


async def test_memory_in_the_middle_stays_there_and_the_chain_grows(
    client: Client, emulator: Emulator
) -> None:
    """AutoGen: memories append a system message after every user message."""
    memory = ListMemory()
    await memory.add(MemoryContent(content="Ada likes tea.", mime_type="text/plain"))
    agent = AssistantAgent("a", client, memory=[memory], system_message="Be kind.")

    await agent.run(task="One")
    await agent.run(task="Two")

    second = bodies(emulator)[1]
    assert second["system_instruction"] == "Be kind."
    task, remembered = texts(second)
    assert task == "Two"
    assert remembered.startswith("<system>\n")
    assert "Ada likes tea." in remembered
    assert second["previous_interaction_id"]


async def test_reply_to_a_system_message_alone_is_chained_on(
    client: Client, emulator: Emulator
) -> None:
    """AutoGen: `on_messages([])` of an agent with a system message asks like this."""
    brief = SystemMessage(content="Greet people.")

    greeting = await ask(client, brief)
    await ask(client, brief, model(greeting.content), user("I am Ada."))
    await ask(client, brief, model("Another greeting."), user("I am Ada."))

    alone, follow_up, foreign = bodies(emulator)
    first = emulator.requests()[0]["interaction"]
    assert alone["input"] == [NUDGE]
    assert follow_up["previous_interaction_id"] == first
    assert texts(follow_up) == ["I am Ada."]
    assert "previous_interaction_id" not in foreign


async def test_leading_system_messages_are_one_instruction(
    client: Client, emulator: Emulator
) -> None:
    leading = [SystemMessage(content="One."), SystemMessage(content="Two.")]

    await ask(client, *leading, user("Hi"))

    assert bodies(emulator)[0]["system_instruction"] == "One.\nTwo."


async def test_trimmed_context_is_sent_anew_and_forks_where_it_can(
    client: Client, emulator: Emulator
) -> None:
    history: list[LLMMessage] = [user("Task.")]
    for i in range(3):
        history += [model((await ask(client, *history)).content), user(f"Turn {i}.")]

    await ask(client, *history[2:])
    await ask(client, *history[:3], user("Another way."))

    *_, cut, forked = bodies(emulator)
    assert "previous_interaction_id" not in cut
    assert kinds(cut) == ["user_input", "model_output"] * 2 + ["user_input"]
    assert texts(forked) == ["Turn 0.", "Another way."]
    assert forked["previous_interaction_id"] == _parent_of(emulator, 1)


def _parent_of(emulator: Emulator, i: int) -> str:
    return bodies(emulator)[i]["previous_interaction_id"]


async def test_equal_requests_at_once_disturb_nobody(
    witness: Witness, emulator: Emulator
) -> None:
    """AutoGen: branches of a graph and parallel agent tools share one client."""

    async def talk() -> TaskResult:
        agent = teams.agent("worker", witness)
        await agent.run(task="My name is Ada.")
        return await agent.run(task="What is my name?")

    done = await asyncio.gather(*(talk() for _ in range(8)))

    assert {d.messages[-1].to_text() for d in done} == {"Your name is Ada."}
    assert differences(witness.asked, emulator, witness.store) == []


async def test_reset_team_begins_a_new_conversation(
    client: Client, emulator: Emulator
) -> None:
    team = RoundRobinGroupChat([teams.agent("worker", client)], max_turns=1)
    await team.run(task="My name is Ada.")
    await team.reset()

    done = await team.run(task="What is my name?")

    assert "Ada" not in done.messages[-1].to_text()
    assert "previous_interaction_id" not in bodies(emulator)[-1]


async def test_thought_is_no_part_of_what_is_recognised(
    client: Client, emulator: Emulator
) -> None:
    first = model((await ask(client, user("Hi"))).content)
    first.thought = "Somebody's own words."

    await ask(client, user("Hi"), first, user("More"))

    assert texts(bodies(emulator)[-1]) == ["More"]


async def test_other_speakers_are_named_unless_told_otherwise(
    make_client: MakeClient, emulator: Emulator
) -> None:
    """API: a step has no field for a name."""
    await ask(make_client(), user("Good.", source="critic"))
    await ask(make_client(add_name_prefixes=False), user("Good.", source="critic"))

    assert [texts(body) for body in bodies(emulator)] == [["critic: Good."], ["Good."]]


async def test_twins_in_a_team_go_on_with_their_own_interactions(
    client: Client, log: EventLog
) -> None:
    """Ours: equal lists with equal replies are told apart by who asks."""
    start, *twins = (AssistantAgent(name, client) for name in ("start", "one", "two"))
    graph = DiGraphBuilder().add_node(start)
    for twin in twins:
        graph.add_node(twin).add_edge(start, twin)
    team = GraphFlow([start, *twins], graph=graph.build())

    await team.run(task="Hello")
    await team.run(task="Go on")

    calls = [event.kwargs for event in log if isinstance(event, LLMCallEvent)]
    latest: dict[str, str] = {}
    for call in calls:
        assert call["previous_interaction_id"] == latest.get(call["agent_id"], "")
        latest[call["agent_id"]] = call["interaction_id"]
    assert len(calls) == 6

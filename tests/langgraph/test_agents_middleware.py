"""Middleware of agents: whatever it edits, the server is told what the agent means."""

import json
from typing import Any

import pytest
from langchain.agents.middleware import (
    AgentState,
    ClearToolUsesEdit,
    ContextEditingMiddleware,
    HumanInTheLoopMiddleware,
    ModelCallLimitMiddleware,
    ModelFallbackMiddleware,
    ModelRetryMiddleware,
    PIIMiddleware,
    SummarizationMiddleware,
    TodoListMiddleware,
    after_model,
)
from langchain_core.messages import AIMessage
from langgraph.runtime import Runtime
from langgraph.types import Command

from interactions_emulator import Emulator
from tests.langgraph.agents import OtherProvider, make_agent
from tests.langgraph.watched import Watched, on, say


def test_summary_starts_a_chain_of_its_own(watched: Watched) -> None:
    summarize = SummarizationMiddleware(
        watched.model(), trigger=("messages", 6), keep=("messages", 2)
    )
    agent = make_agent(watched, middleware=[summarize])

    for n in range(4):
        say(agent, f"My number is {n}.")
    last = say(agent, "What is my number?")

    assert last.text == "Your number is 3."
    # The fourth call writes the summary, the fifth answers with it.
    reasons = ["root", "continue", "continue", "root", "root", "continue"]
    assert watched.reasons == reasons
    sent = watched.steps_sent
    assert sent.pop(4) > 1
    assert sent == [1] * 5


DECISIONS: list[Any] = [
    pytest.param({"type": "approve"}, "Oslo: 21 degrees", id="approve"),
    pytest.param(
        {
            "type": "edit",
            "edited_action": {"name": "get_weather", "args": {"city": "Rome"}},
        },
        "Rome: 21 degrees",
        id="edit",
    ),
    pytest.param(
        {"type": "reject", "message": "Not today."}, "Not today.", id="reject"
    ),
]


@pytest.mark.parametrize(("decision", "told"), DECISIONS)
def test_decision_of_a_human_reaches_the_server(
    watched: Watched, emulator: Emulator, decision: Any, told: str
) -> None:
    ask = HumanInTheLoopMiddleware(interrupt_on={"get_weather": True})
    agent = make_agent(watched, middleware=[ask])

    state = agent.invoke({"messages": "call get_weather for Oslo"}, on("t"))
    agent.invoke(Command(resume={"decisions": [decision]}), on("t"))
    say(agent, "Thanks.")

    assert state["__interrupt__"]
    assert told in json.dumps(emulator.requests()[1]["body"]["input"])
    assert watched.reasons[-1] == "continue"


def test_call_that_is_edited_before_it_runs_is_edited_on_the_server(
    watched: Watched, emulator: Emulator
) -> None:
    @after_model
    def go_to_rome(state: AgentState[Any], _: Runtime[Any]) -> dict[str, Any] | None:
        said: Any = state["messages"][-1]
        calls = [call | {"args": {"city": "Rome"}} for call in said.tool_calls]
        return {"messages": [said.model_copy(update={"tool_calls": calls})]}

    agent = make_agent(watched, middleware=[go_to_rome])

    last = say(agent, "call get_weather for Oslo")
    say(agent, "Thanks.")

    held = emulator.transcript(last.response_metadata["interaction_id"])
    calls = [step["arguments"] for step in held if step["type"] == "function_call"]
    assert calls == [{"city": "Rome"}]
    assert watched.reasons == ["root", "root", "continue"]


ADDRESS = "ada@example.com"


@pytest.mark.parametrize("strategy", ["redact", "mask", "hash"])
def test_private_words_never_leave_the_machine(
    watched: Watched, emulator: Emulator, strategy: Any
) -> None:
    agent = make_agent(watched, middleware=[PIIMiddleware("email", strategy=strategy)])

    for n in range(2):
        say(agent, f"Write to {ADDRESS}, please, {n}.")

    assert ADDRESS not in json.dumps(emulator.requests())
    assert watched.reasons == ["root", "continue"]


def test_private_words_taken_out_of_an_answer_are_taken_from_the_context_too(
    watched: Watched, emulator: Emulator
) -> None:
    emulator.script([{"reply": {"text": f"It is {ADDRESS}."}, "times": 1}])
    hide = PIIMiddleware("email", apply_to_input=False, apply_to_output=True)
    agent = make_agent(watched, middleware=[hide])

    said = say(agent, "Whom do I write to?")
    last = say(agent, "Thanks.")

    assert ADDRESS not in said.text
    held = emulator.transcript(last.response_metadata["interaction_id"])
    assert ADDRESS not in json.dumps(held)


def test_cleared_tool_results_are_cleared_on_the_server(
    watched: Watched, emulator: Emulator
) -> None:
    clear = ContextEditingMiddleware(
        edits=[ClearToolUsesEdit(trigger=40, keep=1, placeholder="[cleared]")]
    )
    agent = make_agent(watched, middleware=[clear])

    for city in ("Oslo", "Rome", "Lima"):
        last = say(agent, f"call get_weather for {city}")

    held = emulator.transcript(last.response_metadata["interaction_id"])
    results = [step["result"] for step in held if step["type"] == "function_result"]
    assert json.dumps(results).count("[cleared]") == 2
    reasons = ["root", "continue", "continue", "fork", "continue", "fork"]
    assert watched.reasons == reasons


def test_model_is_retried_as_often_as_the_middleware_says(
    watched: Watched, emulator: Emulator
) -> None:
    retry = ModelRetryMiddleware(max_retries=2, initial_delay=0, jitter=False)
    agent = make_agent(watched, model=watched.model(max_retries=0), middleware=[retry])
    say(agent, "My name is Ada.")

    emulator.fault(on="create", times=2, do={"status": 503})
    last = say(agent, "What is my name?")

    assert last.text == "Your name is Ada."
    assert emulator.stats()["refused"] == 2
    assert watched.reasons == ["root", "continue"]


def test_conversation_goes_to_another_provider_and_back(
    watched: Watched, emulator: Emulator
) -> None:
    other = OtherProvider(messages=iter([AIMessage("I am someone else.")]))
    agent = make_agent(
        watched,
        model=watched.model(max_retries=0),
        middleware=[ModelFallbackMiddleware(other)],
    )
    say(agent, "My name is Ada.")
    emulator.fault(on="create", do={"status": 503})

    foreign = say(agent, "Who are you?")
    last = say(agent, "What is my name?")

    assert (foreign.text, last.text) == ("I am someone else.", "Your name is Ada.")
    assert watched.reasons == ["root", "continue"]
    assert watched.steps_sent == [1, 3]


def test_words_of_a_reached_limit_are_part_of_the_conversation(
    watched: Watched, emulator: Emulator
) -> None:
    agent = make_agent(watched, middleware=[ModelCallLimitMiddleware(run_limit=1)])

    stopped = say(agent, "call get_weather for Oslo")
    say(agent, "My name is Ada.")

    assert "limit" in stopped.text
    assert stopped.text in json.dumps(emulator.requests()[-1]["body"]["input"])
    assert watched.reasons == ["root", "continue"]


def test_plan_of_tasks_is_kept_by_calls(watched: Watched, emulator: Emulator) -> None:
    todos = [{"content": "Look out of the window", "status": "pending"}]
    call = {"name": "write_todos", "arguments": {"todos": todos}}
    emulator.script([{"reply": {"calls": [call]}, "times": 1}])
    agent = make_agent(watched, middleware=[TodoListMiddleware()])

    state = agent.invoke({"messages": "What is the weather?"}, on("t"))
    say(agent, "Thanks.")

    assert state["todos"] == todos
    assert watched.reasons == ["root", "continue", "continue"]


def test_all_middleware_together(watched: Watched, emulator: Emulator) -> None:
    model = watched.model()
    agent = make_agent(
        watched,
        model=model,
        middleware=[
            PIIMiddleware("email"),
            SummarizationMiddleware(
                model, trigger=("messages", 9), keep=("messages", 3)
            ),
            HumanInTheLoopMiddleware(interrupt_on={"get_weather": True}),
            ContextEditingMiddleware(edits=[ClearToolUsesEdit(trigger=40, keep=1)]),
            ModelRetryMiddleware(max_retries=1, initial_delay=0),
            TodoListMiddleware(),
        ],
    )

    for n, city in enumerate(("Oslo", "Rome", "Lima", "Bonn")):
        say(agent, f"My number is {n}. Write to {ADDRESS}.")
        agent.invoke({"messages": f"call get_weather for {city}"}, on("t"))
        approve: Any = Command(resume={"decisions": [{"type": "approve"}]})
        agent.invoke(approve, on("t"))

    assert say(agent, "What is my number?").text == "Your number is 3."
    assert ADDRESS not in json.dumps(emulator.requests())
    assert "continue" in watched.reasons

"""Workflows written as functions: `@entrypoint` and `@task`."""

from typing import Any

import pytest
from langchain_core.messages import BaseMessage, HumanMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.func import entrypoint, task
from langgraph.graph.message import add_messages
from langgraph.types import Command, RetryPolicy, interrupt

from interactions_emulator import Emulator
from interactions_langgraph import InteractionsSaver
from tests.langgraph.agents import get_weather
from tests.langgraph.watched import Watched, on


def test_workflow_that_returns_its_history_goes_on_with_it(watched: Watched) -> None:
    model = watched.model()

    @entrypoint(checkpointer=InMemorySaver())
    def talk(text: str, *, previous: list[BaseMessage] | None = None) -> Any:
        history = [*(previous or []), HumanMessage(text)]
        reply = model.invoke(history)
        return entrypoint.final(value=reply.text, save=[*history, reply])

    talk.invoke("My name is Ada.", on("t"))

    assert talk.invoke("What is my name?", on("t")) == "Your name is Ada."
    assert talk.invoke("What is my name?", on("u")) != "Your name is Ada."
    assert watched.reasons == ["root", "continue", "root"]
    assert watched.steps_sent == [1, 1, 1]


def test_agent_of_tasks_sends_only_what_is_new(watched: Watched) -> None:
    model = watched.model().bind_tools([get_weather])

    @task
    def ask(history: list[BaseMessage]) -> BaseMessage:
        return model.invoke(history)

    @task
    def use(call: Any) -> BaseMessage:
        return get_weather.invoke(call)

    @entrypoint(checkpointer=InMemorySaver())
    def agent(text: str, *, previous: Any = None) -> Any:
        history: Any = add_messages(previous or [], [HumanMessage(text)])
        reply: Any = ask(history).result()
        while reply.tool_calls:
            used = [use(call) for call in reply.tool_calls]
            results = [one.result() for one in used]
            history = add_messages(history, [reply, *results])
            reply = ask(history).result()
        return add_messages(history, [reply])

    first = agent.invoke("call get_weather for Paris and for Rome", on("t"))
    agent.invoke("Thanks.", on("t"))

    assert "Rome: 21 degrees" in first[-1].text
    assert watched.reasons == ["root", "continue", "continue"]
    assert watched.steps_sent == [1, 2, 1]


@pytest.mark.anyio
async def test_parallel_tasks_fork_from_one_interaction(
    watched: Watched, emulator: Emulator
) -> None:
    model = watched.model()

    @task
    async def ask(history: list[BaseMessage]) -> BaseMessage:
        return await model.ainvoke(history)

    @entrypoint(checkpointer=InMemorySaver())
    async def survey(text: str) -> list[str]:
        begun = [HumanMessage(text)]
        begun = [*begun, await ask(begun)]
        topics = ("name", "number", "town")
        asked = [ask([*begun, HumanMessage(f"What is my {t}?")]) for t in topics]
        return [(await one).text for one in asked]

    answers = await survey.ainvoke("My name is Ada.", on("t"))
    await model.aclose()

    parents = [r["body"].get("previous_interaction_id") for r in emulator.requests()]
    assert answers[0] == "Your name is Ada."
    assert parents[0] is None
    assert len(set(parents[1:])) == 1
    assert watched.steps_sent == [1] * 4


def test_finished_tasks_are_not_asked_again_after_an_interrupt(
    watched: Watched, emulator: Emulator
) -> None:
    model = watched.model()

    @task
    def ask(history: list[BaseMessage]) -> BaseMessage:
        return model.invoke(history)

    @entrypoint(checkpointer=InMemorySaver())
    def talk(text: str) -> str:
        begun = [HumanMessage(text)]
        draft = ask(begun).result()
        question = HumanMessage(interrupt("And what do you ask?"))
        return ask([*begun, draft, question]).result().text

    talk.invoke("My name is Ada.", on("t"))
    resume: Any = Command(resume="What is my name?")

    assert talk.invoke(resume, on("t")) == "Your name is Ada."
    assert emulator.stats()["creates"] == 2
    assert watched.reasons == ["root", "continue"]


def test_task_is_tried_again_and_goes_on_where_it_was(
    watched: Watched, emulator: Emulator
) -> None:
    model = watched.model(max_retries=0)
    again = RetryPolicy(initial_interval=0.0, jitter=False, retry_on=Exception)

    @task(retry_policy=again)
    def ask(history: list[BaseMessage]) -> BaseMessage:
        return model.invoke(history)

    @entrypoint(checkpointer=InMemorySaver())
    def talk(text: str) -> str:
        begun = [HumanMessage(text)]
        begun = [*begun, ask(begun).result(), HumanMessage("What is my name?")]
        emulator.fault(on="create", times=2, do={"status": 503})
        return ask(begun).result().text

    assert talk.invoke("My name is Ada.", on("t")) == "Your name is Ada."
    assert watched.reasons == ["root", "continue"]


def test_value_of_the_last_turn_stays_as_it_was_while_the_next_one_waits(
    store_url: str,
) -> None:
    """LangGraph writes `__interrupt__` into the dict itself while it is being stored."""
    with InteractionsSaver(store_url) as saver:

        @entrypoint(checkpointer=saver)
        def order(text: str) -> dict[str, Any]:
            return {"text": interrupt("Sure?") if text == "pay" else text}

        for number in range(10):
            order.invoke("pizza", on(str(number)))
            list(order.stream("pay", on(str(number)), stream_mode="values"))

            values = order.get_state(on(str(number))).values
            assert values == {"text": "pizza"}, number

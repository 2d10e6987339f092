"""Plans of managed agents, decided on by a person in a graph or by an option."""

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from langchain_core.messages import HumanMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import Command

from interactions_core import PlanDecision
from interactions_core.exceptions import ConfigurationError
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions
from interactions_langgraph.plans import PLAN, decide_plan
from tests.conftest import Clock, on_clock
from tests.langgraph.conftest import MakeModel
from tests.waiting import wait_by

RESEARCH = "deep-research-preview-04-2026"
PLANNING = {"type": "deep-research", "collaborative_planning": True}
ON: Any = {"configurable": {"thread_id": "t"}}

APPROVALS = [
    PlanDecision(approved=True),
    {"approved": True},
    True,
    {"type": "approve"},
    "LGTM",
    "Yes, go ahead.",
    "Approved, please proceed",
    "Sounds good, thanks",
]
REFUSALS = [
    PlanDecision(approved=False, comments="Shorter."),
    {"approved": False},
    False,
    "Yes, but shorter.",
    "No.",
]


@pytest.fixture
def emulator(clock: Clock) -> Iterator[Emulator]:
    with on_clock(clock) as running:
        yield running


@pytest.fixture
def agent(make_model: MakeModel, clock: Clock) -> Callable[..., ChatInteractions]:
    """Make agents that plan, and pass the time without waiting."""

    def make(**options: Any) -> ChatInteractions:
        model = make_model(**{"agent": RESEARCH, "agent_config": PLANNING} | options)
        wait_by(model, clock.sleep)
        return model

    return make


def app_of(agent: ChatInteractions) -> Any:
    def plan(state: MessagesState) -> Any:
        return {"messages": agent.invoke(state["messages"])}

    def work(state: MessagesState) -> Any:
        decision = decide_plan(state["messages"][-1])
        said = HumanMessage(decision.text)
        talk = [*state["messages"], said]
        return {"messages": [said, agent.invoke(talk, plan_decision=decision)]}

    graph = StateGraph(MessagesState)
    graph.add_node("plan", plan)
    graph.add_node("work", work)
    graph.add_edge(START, "plan")
    graph.add_edge("plan", "work")
    return graph.compile(checkpointer=InMemorySaver())


def planned(emulator: Emulator) -> list[bool]:
    """Return for each create whether it asked for a plan."""
    return [
        row["body"]["agent_config"]["collaborative_planning"]
        for row in emulator.requests()
        if row["method"] == "POST"
    ]


@pytest.mark.parametrize("answer", APPROVALS, ids=str)
def test_a_graph_waits_for_a_decision_and_works_once_it_is_approved(
    answer: object, agent: Callable[..., ChatInteractions], emulator: Emulator
) -> None:
    app = app_of(agent())
    waiting = app.invoke({"messages": [("user", "The history of TPUs")]}, ON)

    done = app.invoke(Command(resume=answer), ON)

    [asked] = waiting["__interrupt__"]
    plan = waiting["messages"][-1]
    assert json.loads(json.dumps(asked.value)) == {
        "type": PLAN,
        "interaction_id": plan.response_metadata["interaction_id"],
        "plan": plan.text,
        "total_tokens": plan.usage_metadata["total_tokens"],
    }
    assert "agreed plan" in done["messages"][-1].text
    assert planned(emulator) == [True, False]


@pytest.mark.parametrize("answer", REFUSALS, ids=str)
def test_a_refusal_asks_for_another_plan_and_nothing_is_said_of_it(
    answer: object,
    agent: Callable[..., ChatInteractions],
    emulator: Emulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = app_of(agent())
    app.invoke({"messages": [("user", "The history of TPUs")]}, ON)

    app.invoke(Command(resume=answer), ON)

    assert planned(emulator) == [True, True]
    assert "neither approves" not in caplog.text


def test_words_that_decide_nothing_are_told_what_another_plan_costs(
    agent: Callable[..., ChatInteractions],
    emulator: Emulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = app_of(agent())
    waiting = app.invoke({"messages": [("user", "The history of TPUs")]}, ON)

    with caplog.at_level(logging.WARNING, "interactions_core"):
        app.invoke(Command(resume="Hmm, TPUs of 2016?"), ON)

    [asked] = waiting["__interrupt__"]
    assert planned(emulator) == [True, True]
    [notice] = [one for one in caplog.messages if "neither approves" in one]
    assert asked.value["interaction_id"] in notice
    assert f"{asked.value['total_tokens']} tokens" in notice


@pytest.mark.parametrize("answer", [{"aproved": True}, {"approved": "yes"}, 7], ids=str)
def test_what_is_no_decision_and_no_words_asks_the_api_nothing(
    answer: object, agent: Callable[..., ChatInteractions], emulator: Emulator
) -> None:
    app = app_of(agent())
    app.invoke({"messages": [("user", "The history of TPUs")]}, ON)

    with pytest.raises(ConfigurationError, match="decides on no plan"):
        app.invoke(Command(resume=answer), ON)

    assert planned(emulator) == [True]


def test_a_call_takes_the_decision_without_a_graph(
    agent: Callable[..., ChatInteractions], emulator: Emulator
) -> None:
    model = agent()
    talk: list[Any] = [HumanMessage("The history of TPUs")]
    talk += [model.invoke(talk), HumanMessage("Begin with 2016.")]

    report = model.bind(plan_decision=PlanDecision(approved=True)).invoke(talk)

    assert "agreed plan" in report.text
    assert planned(emulator) == [True, False]


def test_an_agent_that_makes_no_plans_takes_no_decision(
    agent: Callable[..., ChatInteractions], emulator: Emulator
) -> None:
    model = agent(agent_config={"type": "deep-research"})

    with pytest.raises(ConfigurationError, match="collaborative_planning"):
        model.invoke("Go.", plan_decision=True)

    assert emulator.requests() == []

"""An answer with nothing in it is a message like any other, unless told otherwise."""

import logging
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, HumanMessage
from langgraph.graph import START, MessagesState, StateGraph

from interactions_core import MemoryStore
from interactions_core.exceptions import EmptyReplyError
from interactions_emulator import Emulator
from tests.langgraph.conftest import MakeModel

pytestmark = pytest.mark.anyio

EMPTY = {"text": ""}
WAYS = ("invoke", "ainvoke", "stream", "astream", "background")


async def ask(model: Any, way: str, messages: list[Any]) -> Any:
    if way == "stream":
        whole, *rest = model.stream(messages)
    elif way == "astream":
        whole, *rest = [piece async for piece in model.astream(messages)]
    elif way == "ainvoke":
        return await model.ainvoke(messages)
    else:
        return model.invoke(messages)
    for piece in rest:
        whole += piece
    return whole


@pytest.mark.parametrize("way", WAYS)
async def test_an_empty_answer_is_an_empty_message_and_its_id_is_in_the_log(
    way: str,
    make_model: MakeModel,
    emulator: Emulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    emulator.script([{"reply": EMPTY, "times": 1}])
    model = make_model(background=way == "background")

    with caplog.at_level(logging.WARNING, "interactions_core"):
        message = await ask(model, way, [HumanMessage("Hi.")])

    assert message.text == ""
    assert message.response_metadata["status"] == "completed"
    assert message.response_metadata["interaction_id"] in caplog.text
    assert message.usage_metadata["total_tokens"] > 0


def test_a_graph_goes_on_after_an_empty_answer(
    make_model: MakeModel, emulator: Emulator
) -> None:
    emulator.script([{"sequence": [{"text": "One."}, EMPTY, {"text": "Three."}]}])
    model = make_model()
    graph = StateGraph(MessagesState)
    for node in "abc":
        graph.add_node(node, lambda s: {"messages": model.invoke(s["messages"])})
    for edge in ((START, "a"), ("a", "b"), ("b", "c")):
        graph.add_edge(*edge)

    said = graph.compile().invoke({"messages": [("user", "Hi.")]})["messages"]

    assert [message.text for message in said[1:]] == ["One.", "", "Three."]


def test_an_agent_ends_with_an_empty_answer_and_is_asked_again(
    make_model: MakeModel, emulator: Emulator
) -> None:
    emulator.script([{"sequence": [EMPTY, {"text": "Here I am."}]}])
    agent: Any = create_agent(make_model(), tools=[])

    first = agent.invoke({"messages": [("user", "Hi.")]})["messages"]
    second = agent.invoke({"messages": [*first, ("user", "Well?")]})["messages"]

    assert [m.text for m in second if isinstance(m, AIMessage)] == ["", "Here I am."]


def test_nothing_is_chained_on_an_empty_answer(
    make_model: MakeModel, emulator: Emulator
) -> None:
    emulator.script([{"sequence": [{"text": "One."}, EMPTY, {"text": "Three."}]}])
    model = make_model(sessions=MemoryStore(), anchor_key="secret")
    talk: list[Any] = [HumanMessage("a")]
    for text in "bc":
        talk += [model.invoke(talk), HumanMessage(text)]

    # Another store knows messages by their anchors alone.
    others = make_model(sessions=MemoryStore(), anchor_key="secret")
    replies = [model.invoke(talk), others.invoke(talk)]

    empty = talk[3].response_metadata["interaction_id"]
    parents = [r.response_metadata["previous_interaction_id"] for r in replies]
    assert parents[0] == talk[1].response_metadata["interaction_id"]
    assert empty not in parents


def test_an_empty_answer_is_an_error_where_that_is_wanted(
    make_model: MakeModel, emulator: Emulator
) -> None:
    emulator.script([{"reply": EMPTY}])

    with pytest.raises(EmptyReplyError, match="neither text nor calls"):
        make_model(on_empty="raise").invoke("Hi.")


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param({"text": "", "status": "incomplete"}, id="spent on thoughts"),
        pytest.param({"thought": "Well.", "text": ""}, id="a thought only"),
        pytest.param({"text": "", "errors": [{"message": "SAFETY"}]}, id="blocked"),
    ],
)
def test_answers_that_are_empty_for_a_reason_are_errors_still(
    reply: dict[str, Any], make_model: MakeModel, emulator: Emulator
) -> None:
    emulator.script([{"reply": reply}])

    with pytest.raises(EmptyReplyError):
        make_model().invoke("Hi.")


def test_an_unknown_word_for_it_is_an_error(make_model: MakeModel) -> None:
    with pytest.raises(ValueError, match="on_empty is one of 'return', 'raise'"):
        make_model(on_empty="ignore")
